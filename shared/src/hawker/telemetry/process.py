"""A service as a process: telemetry, signals and an exit status. The whole of every `__main__` that only serves."""

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable

import uvloop
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from hawker.telemetry.service import telemetry

COLLECT_AFTER = (20_000, 20, 100)
"""Python's defaults look through a service's whole state again and again; ours makes little garbage in cycles. Worth 7 % of a shard's CPU."""

type Serve = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set, then comes to rest within its own limits."""


def run_process(service: str, serve: Serve, *complaints: type[Exception]) -> int:
    """The exit status: 0 after SIGTERM or SIGINT, 1 with one clear line where settings are wrong or a complaint is raised."""
    gc.freeze()  # What the imports left is never garbage.
    gc.set_threshold(*COLLECT_AFTER)
    try:
        with telemetry(service):
            uvloop.run(_until_told(serve))
    except ValidationError as fault:
        return _complain(service, "; ".join(f"{_variable(fault.title, e['loc'])}: {e['msg']}" for e in fault.errors(include_input=False)))
    except complaints as fault:
        return _complain(service, str(fault))
    return 0


async def _until_told(serve: Serve) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await serve(stop)


def _variable(settings: str, place: tuple[int | str, ...]) -> str:
    """The environment variable of a setting, from the settings class that complained."""
    prefixes = {known.__name__: known.model_config.get("env_prefix", "") for known in BaseSettings.__subclasses__()}
    return f"{prefixes.get(settings, '')}{'_'.join(map(str, place))}".upper()


def _complain(service: str, reason: str) -> int:
    sys.stderr.write(f"{service}: {reason}\n")
    return 1
