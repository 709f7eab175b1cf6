"""Secrets at rest: AES-256-GCM, each bound to the place it belongs to. Keeps nothing and prints nothing."""

import os
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
_NAME = re.compile(r"[A-Za-z0-9._-]{1,32}")


class SealError(ValueError):
    """The keys or a sealed secret cannot be used; the text says why and holds neither."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """`content` is the nonce and then the ciphertext, under the key named `key_id`."""

    key_id: str
    content: bytes = field(repr=False)


class KeyRing:
    """The first key seals, all open: put a new key in front, and leave the old one until nothing is under it."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise SealError("HAWKER_CREDENTIALS_KEYS names no key: give name:base64key")
        wrong = [name for name, key in keys.items() if len(key) != KEY_BYTES]
        if wrong:
            raise SealError(f"key {wrong[0]!r} has not {KEY_BYTES} bytes: make one with `openssl rand -base64 {KEY_BYTES}`")
        self.first = next(iter(keys))
        self._keys = {name: AESGCM(key) for name, key in keys.items()}

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """`name:base64key,older:base64key`. Raises SealError."""
        pairs = [part.strip().partition(":") for part in text.split(",") if part.strip()]
        for number, (name, _, encoded) in enumerate(pairs, start=1):
            if not encoded or not _NAME.fullmatch(name):  # What stands before the colon, or instead of it, may be the key itself.
                raise SealError(
                    f"entry {number} of HAWKER_CREDENTIALS_KEYS is not name:base64key, with a name of 1 to 32 letters or digits"
                )
        return cls({name: _key(name, encoded) for name, _, encoded in pairs})

    def seal(self, secret: bytes, *, place: str) -> Sealed:
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(self.first, nonce + self._keys[self.first].encrypt(nonce, secret, place.encode()))

    def open(self, sealed: Sealed, *, place: str) -> bytes:
        """Raises SealError where the key is missing, or the secret is not of this place or was changed."""
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise SealError(f"the key {sealed.key_id!r} is not among HAWKER_CREDENTIALS_KEYS")
        try:
            return key.decrypt(sealed.content[:NONCE_BYTES], sealed.content[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError):
            raise SealError(f"what lies at {place} was not sealed there with the key {sealed.key_id!r}") from None


def _key(name: str, encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except ValueError:  # Also of what is no ASCII.
        raise SealError(f"key {name!r} is not base64") from None
