"""`python -m sandbox`: opens the stand-ins, prints their ports as one JSON line, serves until SIGTERM."""

import asyncio
import json
import signal

import uvloop

from sandbox.settings import SandboxSettings
from sandbox.street import running_sandbox


async def main() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running_sandbox(SandboxSettings()) as sandbox:
        print(json.dumps(dict(sandbox.ports)), flush=True)
        await stop.wait()


if __name__ == "__main__":
    uvloop.run(main())
