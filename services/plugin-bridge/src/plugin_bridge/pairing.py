"""Devices from the command line: pair one and see its credential once, or revoke one. Serves no browser."""

import json
import sys

from hawker.contracts.words import Marketplace
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from plugin_bridge.plugin.devices import Devices


async def pair(tenant: str, account: str, marketplace: str) -> int:
    """Prints the only copy of the credential there will ever be."""
    async with await open_pool(PostgresSettings()) as pool:
        device, token = await Devices(pool).pair(tenant, account, Marketplace(marketplace))
    sys.stdout.write(json.dumps({"device_id": device.device_id, "token": token.get_secret_value()}) + "\n")
    return 0


async def revoke(device: str) -> int:
    async with await open_pool(PostgresSettings()) as pool:
        done = await Devices(pool).revoke(device)
    sys.stdout.write("revoked\n" if done else "")
    if not done:
        sys.stderr.write(f"not revoked: no device {device} is paired\n")
    return 0 if done else 1
