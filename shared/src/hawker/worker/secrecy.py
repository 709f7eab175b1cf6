"""Takes out of a marketplace's words what we sent it in confidence: some answers repeat the token they refuse. Judges no answer."""

import base64
import binascii
from collections.abc import Iterator
from urllib.parse import parse_qsl

import httpx

from hawker.telemetry.redaction import REDACTED, scrub

SECRET_HEADERS = ("authorization", "x-api-key")
SECRET_FIELDS = frozenset({"refresh_token", "access_token", "code", "client_secret"})
SECRET_CHARACTERS_MIN = 6
"""Shorter ones would blacken innocent words."""


def without_secrets(text: str, answer: httpx.Response) -> str:
    """The text, with whatever was secret in the request, or looks like a credential, blackened."""
    try:
        request = answer.request
    except RuntimeError:  # An answer that nobody asked for, as tests make them.
        return scrub(text)
    for secret in sorted(_secrets(request), key=len, reverse=True):
        if len(secret) >= SECRET_CHARACTERS_MIN:
            text = text.replace(secret, REDACTED)
    return scrub(text)


def _secrets(request: httpx.Request) -> Iterator[str]:
    for name in SECRET_HEADERS:
        scheme, _, credentials = request.headers.get(name, "").rpartition(" ")
        yield credentials
        yield from credentials.split(":")
        if scheme.lower() == "basic":
            yield from _basic(credentials)
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        yield from (value for name, value in parse_qsl(request.content.decode(errors="replace")) if name in SECRET_FIELDS)


def _basic(credentials: str) -> Iterator[str]:
    try:
        yield base64.b64decode(credentials).decode(errors="replace").partition(":")[2]
    except binascii.Error:
        return
