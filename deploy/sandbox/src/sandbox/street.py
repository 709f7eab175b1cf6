"""Joins the stand-ins and opens each on its own port: three marketplaces, the picture host and the control API, in one loop."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from sandbox.control import control
from sandbox.desk import Desk
from sandbox.ebay.routes import Ebay
from sandbox.etsy.routes import Etsy
from sandbox.faults import Faults
from sandbox.flea.routes import Flea
from sandbox.pace import Pace
from sandbox.pictures import picture_host
from sandbox.settings import SandboxSettings
from sandbox.sites import Site

SHUTDOWN_SECONDS = 0.5
"""Answers that hang on purpose are not waited for."""

type Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The running stand-ins; `ports` names ebay, etsy, flea, pictures and control."""

    host: str
    ports: Mapping[str, int]
    desks: Mapping[str, Desk]
    faults: Faults

    def url(self, name: str) -> str:
        return f"http://{self.host}:{self.ports[name]}"


@asynccontextmanager
async def running_sandbox(settings: SandboxSettings | None = None, clock: Clock = time.time) -> AsyncIterator[Sandbox]:
    """Everything open on return, everything closed on leaving. `clock` gives seconds since 1970."""
    settings = settings or SandboxSettings()
    faults = Faults()
    desks = _desks(settings, faults, clock)
    apps = {name: (desk.open(), _port(settings, name)) for name, desk in desks.items()}
    apps["pictures"] = (picture_host(), settings.pictures_port)
    apps["control"] = (control(desks, faults), settings.control_port)
    async with AsyncExitStack() as stack:
        ports = {name: await _listen(app, settings.host, port, stack) for name, (app, port) in apps.items()}
        yield Sandbox(settings.host, ports, desks, faults)


def _desks(settings: SandboxSettings, faults: Faults, clock: Clock) -> dict[str, Desk]:
    sites: Mapping[Site, int | None] = {
        Ebay(settings.ebay_token_seconds): settings.ebay_calls_per_second,
        Etsy(settings.etsy_token_seconds): settings.etsy_calls_per_second,
        Flea(): settings.flea_calls_per_second,
    }
    latency_seconds = settings.latency_ms / 1000
    return {site.name: Desk(site, faults, Pace(pace), clock, latency_seconds) for site, pace in sites.items()}


def _port(settings: SandboxSettings, name: str) -> int:
    return {"ebay": settings.ebay_port, "etsy": settings.etsy_port, "flea": settings.flea_port}[name]


async def _listen(app: web.Application, host: str, port: int, stack: AsyncExitStack) -> int:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS, keepalive_timeout=60)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, host, port, backlog=1024).start()
    bound: int = runner.addresses[0][1]
    return bound
