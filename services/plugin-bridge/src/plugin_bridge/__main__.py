"""`python -m plugin_bridge` serves sellers' browsers; `python -m plugin_bridge devices pair|revoke` says which browsers those are."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine, Sequence

import asyncpg
import uvloop
from pydantic import ValidationError

from plugin_bridge import pairing
from plugin_bridge.plugin.devices import REACHED_THROUGH_BROWSERS
from plugin_bridge.wiring import Settings, run


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        return uvloop.run(_what(asked))
    except ValidationError as fault:
        return _complain("; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors(include_input=False)))
    except (OSError, asyncpg.PostgresError) as fault:
        return _complain(str(fault))


def _what(asked: argparse.Namespace) -> Coroutine[None, None, int]:
    match asked:
        case argparse.Namespace(subject="devices", verb="pair"):
            return pairing.pair(asked.tenant, asked.account, asked.marketplace)
        case argparse.Namespace(subject="devices"):
            return pairing.revoke(asked.device)
        case _:
            return serve()


async def serve() -> int:
    settings = Settings.from_environment()
    logging.basicConfig(level=settings.marketplace.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await run(settings, stop)
    return 0


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
    sys.stderr.write(f"plugin-bridge: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
