"""Sealed secrets: they open in their place with their key, and nowhere else."""

import os
from base64 import b64encode

import pytest

from hawker.worker.sealing import KEY_BYTES, KeyRing, Sealed, SealError

OLD, NEW = os.urandom(KEY_BYTES), os.urandom(KEY_BYTES)
SECRET = b"refresh token"


def test_a_secret_opens_where_it_was_sealed() -> None:
    ring = KeyRing({"new": NEW})
    sealed = ring.seal(SECRET, place="demo/ebay/main")
    assert SECRET not in sealed.content
    assert ring.open(sealed, place="demo/ebay/main") == SECRET


def test_a_secret_moved_to_another_account_does_not_open() -> None:
    ring = KeyRing({"new": NEW})
    with pytest.raises(SealError):
        ring.open(ring.seal(SECRET, place="demo/ebay/main"), place="other/ebay/main")


@pytest.mark.parametrize("place", [0, 12, -1])
def test_a_changed_secret_does_not_open(place: int) -> None:
    ring = KeyRing({"new": NEW})
    sealed = ring.seal(SECRET, place="here")
    content = bytearray(sealed.content)
    content[place] ^= 1
    with pytest.raises(SealError):
        ring.open(Sealed(sealed.key_id, bytes(content)), place="here")


def test_after_a_new_key_old_secrets_open_and_new_ones_use_the_new_key() -> None:
    sealed = KeyRing({"old": OLD}).seal(SECRET, place="here")
    ring = KeyRing({"new": NEW, "old": OLD})
    assert ring.open(sealed, place="here") == SECRET
    assert ring.seal(SECRET, place="here").key_id == "new"


def test_without_its_key_a_secret_stays_shut_and_the_error_names_the_key() -> None:
    sealed = KeyRing({"old": OLD}).seal(SECRET, place="here")
    with pytest.raises(SealError, match="'old'"):
        KeyRing({"new": NEW}).open(sealed, place="here")


def test_keys_are_read_from_text_in_order() -> None:
    ring = KeyRing.parse(f"new:{b64encode(NEW).decode()}, old:{b64encode(OLD).decode()}")
    assert ring.seal(SECRET, place="here").key_id == "new"
    assert ring.open(KeyRing({"old": OLD}).seal(SECRET, place="here"), place="here") == SECRET


@pytest.mark.parametrize("text", ["", "new:", "new:c2hvcnQ=", "new:not base64!", "new"])
def test_unusable_keys_are_refused_without_being_told(text: str) -> None:
    with pytest.raises(SealError) as refused:
        KeyRing.parse(text)
    assert "c2hvcnQ=" not in str(refused.value)


def test_the_same_secret_never_looks_the_same_twice() -> None:
    ring = KeyRing({"new": NEW})
    assert ring.seal(SECRET, place="here").content != ring.seal(SECRET, place="here").content


def test_a_sealed_secret_prints_no_content() -> None:
    sealed = KeyRing({"new": NEW}).seal(SECRET, place="here")
    assert sealed.content.hex() not in repr(sealed)
    assert repr(sealed.content) not in repr(sealed)
