"""`python -m hawker.worker accounts put`, as a person or the local stack calls it."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from typing import Any

import asyncpg
import pytest

from hawker.contracts.words import Marketplace
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker.accounts import Accounts
from hawker.worker.sealing import KeyRing

KEYS = f"test:{b64encode(b'k' * 32).decode()}"
DOCUMENT = {
    "tenant_id": "demo",
    "marketplace": "ebay",
    "account_id": "main",
    "profile": {"currency": "USD"},
    "refresh_token": "very-secret",
}


def put(database: str, document: str, keys: str = KEYS) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"HAWKER_POSTGRES_DSN": database, "HAWKER_CREDENTIALS_KEYS": keys}
    command = [sys.executable, "-m", "hawker.worker", "accounts", "put"]
    return subprocess.run(command, input=document, env=environment, capture_output=True, text=True, timeout=60, check=False)


async def test_an_account_is_connected_and_connected_anew(database: str) -> None:
    for currency in ("USD", "EUR"):
        done = put(database, json.dumps(DOCUMENT | {"profile": {"currency": currency}}))
        assert (done.returncode, done.stdout) == (0, "demo/ebay/main is connected\n"), done.stderr
    async with await open_pool(PostgresSettings.model_validate({"dsn": database})) as pool:
        found = await Accounts(pool, KeyRing.parse(KEYS)).find("demo", Marketplace.EBAY, "main")
    assert getattr(found, "profile", None) == {"currency": "EUR"}


@pytest.mark.parametrize(
    ("document", "keys", "says"),
    [
        ("not JSON", KEYS, "JSON"),
        (json.dumps({name: value for name, value in DOCUMENT.items() if name != "refresh_token"}), KEYS, "refresh_token"),
        (json.dumps(DOCUMENT | {"marketplace": "bazaar"}), KEYS, "marketplace"),
        (json.dumps(DOCUMENT), "short:c2hvcnQ=", "32 bytes"),
    ],
)
async def test_what_is_wrong_is_said_in_a_line_without_the_token(database: str, document: str, keys: str, says: str) -> None:
    done = put(database, document, keys)
    assert done.returncode == 1
    assert says in done.stderr
    assert "very-secret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert await _accounts(database) == 0


async def _accounts(database: str) -> Any:  # Any: what SQL gives
    connection = await asyncpg.connect(database)
    try:
        return await connection.fetchval("select count(*) from connected_accounts")
    finally:
        await connection.close()
