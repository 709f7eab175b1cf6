"""`python -m ebay_worker` carries out tasks at eBay until it is told to stop."""

import asyncio
import logging
import signal
import sys

import uvloop
from pydantic import ValidationError

from ebay_worker.settings import DefaultsError
from ebay_worker.wiring import Settings, run
from hawker.worker.sealing import SealError


def main() -> int:
    try:
        return uvloop.run(serve())
    except ValidationError as fault:
        return _complain("; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors(include_input=False)))
    except (DefaultsError, SealError) as fault:
        return _complain(str(fault))


async def serve() -> int:
    settings = Settings.from_environment()
    logging.basicConfig(level=settings.marketplace.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await run(settings, stop)
    return 0


def _complain(reason: str) -> int:
    sys.stderr.write(f"ebay-worker: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
