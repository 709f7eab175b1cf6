"""Who may connect: the browsers that sellers paired. A credential is shown once, when it is made; only its hash is kept."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from pydantic import SecretStr

from hawker.contracts.topics import LANES, Lane
from hawker.contracts.words import Marketplace
from hawker.postgres import queries
from hawker.postgres.pool import Pool

SQL = queries.load("plugin_bridge.plugin", "devices.sql")
REACHED_THROUGH_BROWSERS = tuple(marketplace.value for marketplace, lane in LANES.items() if lane is Lane.PLUGIN)
CREDENTIAL_BYTES = 32
"""Random bytes of a credential. So long a secret needs no slow hash: nobody guesses it."""


@dataclass(frozen=True, slots=True)
class Device:
    """A browser and the one account it may work for."""

    device_id: str
    tenant_id: str
    account_id: str
    marketplace: Marketplace

    @property
    def account(self) -> tuple[str, str, str]:
        return self.tenant_id, self.marketplace, self.account_id


class Devices:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def recognise(self, device_id: str, token: SecretStr) -> Device | None:
        """None for an unknown device, a wrong token and a revoked one alike: whoever asks learns nothing."""
        row = await self._pool.fetchrow(SQL["find_device"], device_id)
        if row is None or not hmac.compare_digest(row["credential_hash"], _hash(token)):
            return None
        return Device(device_id, row["tenant_id"], row["account_id"], Marketplace(row["marketplace"]))

    async def pair(self, tenant_id: str, account_id: str, marketplace: Marketplace) -> tuple[Device, SecretStr]:
        device = Device(f"device-{secrets.token_hex(8)}", tenant_id, account_id, marketplace)
        token = SecretStr(secrets.token_urlsafe(CREDENTIAL_BYTES))
        await self._pool.execute(SQL["add_device"], device.device_id, tenant_id, account_id, marketplace.value, _hash(token))
        return device, token

    async def revoke(self, device_id: str) -> bool:
        """False where there is no such device, or it was revoked before."""
        revoked: str | None = await self._pool.fetchval(SQL["revoke_device"], device_id)
        return revoked is not None

    async def revoked(self, device_ids: Collection[str]) -> frozenset[str]:
        """Of these, the ones that may not be connected any more."""
        rows = await self._pool.fetch(SQL["find_revoked"], list(device_ids))
        return frozenset(row["device_id"] for row in rows)


def _hash(token: SecretStr) -> bytes:
    return hashlib.sha256(token.get_secret_value().encode()).digest()
