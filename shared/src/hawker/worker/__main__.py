"""`python -m hawker.worker accounts put|reseal`: connects an account, or puts all tokens under the newest key.

Tokens come on standard input, never as arguments:

{"tenant_id": "demo", "marketplace": "ebay", "account_id": "main", "profile": {...},
 "refresh_token": "...", "access_token": null, "expires_at": null}
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
from pydantic import AwareDatetime, Field, JsonValue, SecretStr, ValidationError

from hawker.contracts.words import Id, Marketplace, Model
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker.accounts import Account, Accounts, Tokens
from hawker.worker.sealing import KeyRing, SealError
from hawker.worker.settings import CredentialSettings


class Connection(Model):
    """One document on standard input."""

    tenant_id: Id
    marketplace: Marketplace
    account_id: Id
    profile: dict[str, JsonValue] = Field(default_factory=dict)
    refresh_token: SecretStr
    access_token: SecretStr | None = None
    expires_at: AwareDatetime | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m hawker.worker", description="Tools of the workers.")
    parser.add_argument("subject", choices=["accounts"])
    parser.add_argument("action", choices=["put", "reseal"], help="put: the account that stands as JSON on standard input; reseal: all")
    action: str = parser.parse_args(arguments).action
    try:
        done = asyncio.run(_put(sys.stdin.read()) if action == "put" else _reseal())
    except ValidationError as fault:
        return _complain("; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors(include_input=False)))
    except SealError as fault:
        return _complain(str(fault))
    except (OSError, asyncpg.PostgresError) as fault:
        return _complain(f"PostgreSQL refused: {fault}")
    sys.stdout.write(f"{done}\n")
    return 0


async def _put(text: str) -> str:
    asked = Connection.model_validate_json(text)
    account = Account(asked.tenant_id, asked.marketplace, asked.account_id, asked.profile)
    tokens = Tokens(refresh_token=asked.refresh_token, access_token=asked.access_token, expires_at=asked.expires_at)
    async with _accounts() as accounts:
        await accounts.put(account, tokens)
    return f"{'/'.join(account.place)} is connected"


async def _reseal() -> str:
    async with _accounts() as accounts:
        return f"{await accounts.reseal()} accounts were under an older key and are under the first one now"


@asynccontextmanager
async def _accounts() -> AsyncIterator[Accounts]:
    keys = KeyRing.parse(CredentialSettings().keys.get_secret_value())
    async with await open_pool(PostgresSettings()) as pool:
        yield Accounts(pool, keys)


def _complain(reason: str) -> int:
    sys.stderr.write(f"nothing was changed: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
