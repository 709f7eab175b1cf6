"""`python -m plugin_bridge` serves sellers' browsers; `python -m plugin_bridge devices pair|revoke` says which browsers those are."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

import asyncpg
from pydantic import ValidationError

from hawker.kafka.errors import Unavailable
from hawker.telemetry.process import run_process
from plugin_bridge import pairing
from plugin_bridge.plugin.devices import REACHED_THROUGH_BROWSERS
from plugin_bridge.settings import NAME


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    return _devices(asked) if asked.subject == "devices" else _serve()


def _serve() -> int:
    from plugin_bridge.flea.defaults import DefaultsError  # noqa: PLC0415 - as the next
    from plugin_bridge.wiring import Settings, run  # noqa: PLC0415 - pairing a device needs no Kafka client, which takes a second to load

    return run_process(NAME, lambda stop: run(Settings.from_environment(), stop), DefaultsError, OSError, Unavailable)


def _devices(asked: argparse.Namespace) -> int:
    doing = pairing.pair(asked.tenant, asked.account, asked.marketplace) if asked.verb == "pair" else pairing.revoke(asked.device)
    try:
        return asyncio.run(doing)
    except ValidationError:
        return _complain("HAWKER_POSTGRES_DSN is not set")
    except (OSError, asyncpg.PostgresError) as fault:
        return _complain(f"PostgreSQL refused: {fault}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m plugin_bridge", description=__doc__)
    subjects = parser.add_subparsers(dest="subject", metavar="devices")
    devices = subjects.add_parser("devices", help="the browsers that may connect").add_subparsers(dest="verb", required=True)
    pair = devices.add_parser("pair", help="make a device and print its credential, once, as JSON")
    pair.add_argument("--tenant", required=True)
    pair.add_argument("--account", required=True)
    pair.add_argument("--marketplace", required=True, choices=REACHED_THROUGH_BROWSERS)
    devices.add_parser("revoke", help="never let this device in again").add_argument("--device", required=True)
    return parser


def _complain(reason: str) -> int:
    sys.stderr.write(f"{NAME}: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
