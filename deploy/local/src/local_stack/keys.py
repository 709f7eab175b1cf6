"""The stack's own secrets: a key pair and its public JWKS, tokens for people, the key that credentials are sealed with. Made once, kept in one private folder."""

import base64
import json
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet, OKPKey

ISSUER = "hawker-local"
AUDIENCE = "hawker"
TOKEN_DAYS = 30
_DAY_SECONDS = 24 * 3600


class Keys:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._private = OKPKey.import_key(json.loads(_kept(folder / "signing.json", _new_signing_key)))
        public = KeySet([self._private]).as_dict(private=False)
        self.jwks.write_text(json.dumps(public))

    @property
    def jwks(self) -> Path:
        """The file with the public keys; the gateway reads it."""
        return self._folder / "jwks.json"

    @property
    def token_file(self) -> Path:
        """A token for the developer's own use."""
        return self._folder / "token"

    @property
    def operator_token_file(self) -> Path:
        """A token for what concerns every tenant: the dead letters."""
        return self._folder / "operator-token"

    @property
    def credentials_keys(self) -> str:
        return _kept(self._folder / "credentials", lambda: f"local:{base64.b64encode(os.urandom(32)).decode()}")

    def token(self, tenant: str, *, role: str = "admin", subject: str = "developer", days: float = TOKEN_DAYS) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "tenant": tenant, "role": role, "iat": now}
        expires = now + int(days * _DAY_SECONDS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # Issuers in the field still say EdDSA, not RFC 9864's new names.
            return jwt.encode({"alg": "EdDSA", "kid": self._private.kid}, claims | {"exp": expires}, self._private, algorithms=["EdDSA"])

    def write_token(self, tenant: str) -> None:
        """Anew at each start, so that it never ends while someone works."""
        _write_private(self.token_file, self.token(tenant))
        _write_private(self.operator_token_file, self.token(tenant, role="operator"))


def _new_signing_key() -> str:
    return json.dumps(OKPKey.generate_key("Ed25519", auto_kid=True).as_dict(private=True))


def _kept(file: Path, make: Callable[[], str]) -> str:
    if not file.exists():
        _write_private(file, make())
    return file.read_text()


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)
