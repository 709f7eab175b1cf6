"""`python -m hawker.worker accounts put`: connects an account from the command line. Tokens come on standard input, never as arguments.

{"tenant_id": "demo", "marketplace": "ebay", "account_id": "main", "profile": {...},
 "refresh_token": "...", "access_token": null, "expires_at": null}
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

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
    parser.add_argument("action", choices=["put"], help="connect the account that stands as JSON on standard input")
    parser.parse_args(arguments)
    try:
        account = asyncio.run(_put(sys.stdin.read()))
    except ValidationError as fault:
        return _complain("; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors(include_input=False)))
    except SealError as fault:
        return _complain(str(fault))
    except (OSError, asyncpg.PostgresError) as fault:
        return _complain(f"PostgreSQL refused: {fault}")
    sys.stdout.write(f"{'/'.join(account.place)} is connected\n")
    return 0


async def _put(text: str) -> Account:
    asked = Connection.model_validate_json(text)
    keys = KeyRing.parse(CredentialSettings().keys.get_secret_value())
    account = Account(asked.tenant_id, asked.marketplace, asked.account_id, asked.profile)
    tokens = Tokens(refresh_token=asked.refresh_token, access_token=asked.access_token, expires_at=asked.expires_at)
    async with await open_pool(PostgresSettings()) as pool:
        await Accounts(pool, keys).put(account, tokens)
    return account


def _complain(reason: str) -> int:
    sys.stderr.write(f"not connected: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
