"""The stack's secrets: made once, private, and what they sign can be checked with the public half alone."""

import json
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hawker.worker.sealing import KeyRing
from local_stack.keys import Keys

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


def test_a_token_is_checked_with_the_public_keys(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    public = KeySet.import_key_set(json.loads(keys.jwks.read_text()))
    claims = jwt.decode(keys.token("demo", role="viewer"), public, algorithms=["EdDSA"]).claims
    assert (claims["tenant"], claims["role"], claims["aud"], claims["iss"]) == ("demo", "viewer", "hawker", "hawker-local")
    assert claims["exp"] > claims["iat"]


def test_the_public_file_holds_no_private_half(tmp_path: Path) -> None:
    Keys(tmp_path)
    assert ["d" in key for key in json.loads((tmp_path / "jwks.json").read_text())["keys"]] == [False]


def test_another_stacks_token_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()
    ours, theirs = Keys(tmp_path / "ours"), Keys(tmp_path / "theirs")
    public = KeySet.import_key_set(json.loads(ours.jwks.read_text()))
    with pytest.raises(JoseError):
        jwt.decode(theirs.token("demo"), public, algorithms=["EdDSA"])


def test_a_restart_keeps_the_keys(tmp_path: Path) -> None:
    first = Keys(tmp_path)
    jwks, sealing = first.jwks.read_text(), first.credentials_keys
    again = Keys(tmp_path)
    assert (again.jwks.read_text(), again.credentials_keys) == (jwks, sealing)


def test_the_sealing_key_is_one_that_the_workers_take(tmp_path: Path) -> None:
    ring = KeyRing.parse(Keys(tmp_path).credentials_keys)
    sealed = ring.seal(b"a token", place="demo/ebay/main")
    assert ring.open(sealed, place="demo/ebay/main") == b"a token"


def test_what_is_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.write_token("demo")
    assert keys.credentials_keys
    private = [file for file in tmp_path.iterdir() if file != keys.jwks]
    assert {file.name: file.stat().st_mode & 0o077 for file in private} == {
        "signing.json": 0,
        "token": 0,
        "operator-token": 0,
        "credentials": 0,
    }
