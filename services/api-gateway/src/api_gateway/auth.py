"""Who is calling: a bearer token, checked against the issuer's public keys. Keeps keys for a while, and never a token."""

import asyncio
import time
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, SecurityWarning
from joserfc.jwk import KeySet
from pydantic import BaseModel, StringConstraints, ValidationError

from api_gateway import problems
from hawker.contracts.words import Id

ALGORITHMS = ("EdDSA", "Ed25519", "RS256")
"""No symmetric one: whoever can check a token could make one. No `none`. The first two are one: RFC 9864 renamed it, issuers still say EdDSA."""
warnings.filterwarnings("ignore", "EdDSA is deprecated", SecurityWarning)
KEYS_SECONDS_MAX = 300.0
"""Keys are read again after this."""
KEYS_SECONDS_MIN = 10.0
"""A token with an unknown key reads them again, but not oftener than this."""
FETCH_SECONDS_MAX = 5.0
LEEWAY_SECONDS = 30
TOKEN_BYTES_MAX = 8192

log = structlog.get_logger()


class Role(StrEnum):
    ADMIN = "admin"
    SELLER = "seller"
    VIEWER = "viewer"
    OPERATOR = "operator"
    """Runs the installation: handles every tenant's dead letters, and asks for no work."""


class Caller(BaseModel):
    """Whom the token names."""

    sub: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    tenant: Id
    role: Role

    @property
    def may_write(self) -> bool:
        return self.role in {Role.ADMIN, Role.SELLER}


type Fetch = Callable[[str], Awaitable[dict[str, Any]]]  # Any: a JWKS is JSON from elsewhere


async def fetch(url: str) -> dict[str, Any]:  # Any: as above
    """Raises OSError, ValueError or httpx.HTTPError."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        content = await asyncio.to_thread(Path(unquote(parts.path)).read_bytes)
    else:
        async with httpx.AsyncClient(timeout=FETCH_SECONDS_MAX, trust_env=False) as client:
            content = (await client.get(url)).raise_for_status().content
    return _Keys.model_validate_json(content).model_dump()


class _Keys(BaseModel):
    keys: list[dict[str, Any]]  # Any: each key's own parameters


@dataclass
class Tokens:
    """Checks tokens. Reads the keys when first asked, after KEYS_SECONDS_MAX, and for a key it does not know."""

    jwks_url: str
    audience: str
    issuer: str | None = None
    fetch: Fetch = fetch
    clock: Callable[[], float] = time.monotonic
    _keys: KeySet | None = None
    _read_at: float = 0.0

    def __post_init__(self) -> None:
        issuer: jwt.ClaimsOption = {"essential": True, "value": self.issuer} if self.issuer else {"essential": True}
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS, iss=issuer, aud={"essential": True, "value": self.audience}, exp={"essential": True}
        )
        self._reading = asyncio.Lock()

    async def caller(self, token: str) -> Caller:
        """Raises Problem: 401 for any fault of the token, 503 when there are no keys to check it with."""
        if len(token) > TOKEN_BYTES_MAX:
            raise problems.unauthorised("The token is too long.")
        try:
            claims = await self._decode(token)
            self._claims.validate(claims)
            return Caller.model_validate(claims)
        except ValidationError as fault:
            lacking = ", ".join(str(error["loc"][0]) for error in fault.errors(include_input=False))
            raise problems.unauthorised(f"The token's claims do not fit: {lacking}.") from None
        except (JoseError, ValueError) as fault:
            raise problems.unauthorised(f"The token is not accepted: {_say(fault)}.") from None

    async def _decode(self, token: str) -> dict[str, Any]:  # Any: claims are JSON
        keys = await self._fresh(KEYS_SECONDS_MAX)
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except InvalidKeyIdError:
            return jwt.decode(token, await self._fresh(KEYS_SECONDS_MIN), algorithms=ALGORITHMS).claims

    async def _fresh(self, age_seconds_max: float) -> KeySet:
        async with self._reading:
            if self._keys is None or self.clock() - self._read_at >= age_seconds_max:
                await self._read()
            if self._keys is None:
                raise problems.unavailable("The issuer of tokens")
            return self._keys

    async def _read(self) -> None:
        """Old keys are better than none when the issuer does not answer."""
        try:
            found = await self.fetch(self.jwks_url)
            self._keys = KeySet.import_key_set({"keys": [key for key in found["keys"] if key.get("kty") in {"OKP", "RSA"}]})
            self._read_at = self.clock()
        except (OSError, ValueError, httpx.HTTPError, JoseError) as fault:
            log.warning("the keys of the token issuer cannot be read", url=self.jwks_url, fault=repr(fault))


def _say(fault: Exception) -> str:
    """Joserfc's own words name the fault and never the token."""
    return getattr(fault, "description", "") or getattr(fault, "error", "") or "it is malformed"
