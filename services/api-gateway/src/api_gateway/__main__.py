"""`python -m api_gateway` serves the HTTP API until it is told to stop."""

import asyncio
import signal
import sys

import uvloop
from pydantic import ValidationError

from api_gateway.wiring import NAME, Settings, run
from hawker.telemetry.service import telemetry


def main() -> int:
    try:
        settings = Settings.from_environment()
    except ValidationError as fault:
        wrong = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors(include_input=False))
        sys.stderr.write(f"{NAME}: {wrong}\n")
        return 1
    with telemetry(NAME):
        uvloop.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await run(settings, stop)


if __name__ == "__main__":
    sys.exit(main())
