"""`make demo`: a stack of its own, catalogues to three marketplaces that misbehave, a summary, and everything stopped again.

The story only: what counts as right stands in demo_verdict.py, what goes wrong on purpose in demo_faults.py.
`run` is all that the command line calls.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Never

import httpx
from rich.console import Console

from hawker.cli.catalogue import load, tell_faults
from hawker.cli.screen import screen
from hawker.cli.shopify import Unreadable
from hawker.cli.watching import follow
from hawker.client import Batch, Hawker, Job
from hawker.contracts.listings import Product
from hawker.contracts.words import Marketplace
from local_stack.demo_faults import FAULTS
from local_stack.demo_verdict import Ended, Sandbox, Street, hints, is_right, table
from local_stack.layout import CHECKOUT, DEFAULT_FOLDER
from local_stack.screen import steps
from local_stack.stack import Stack

CATALOGUES = (CHECKOUT / "deploy/local/catalogues/ceramics.csv", CHECKOUT / "deploy/local/catalogues/outdoor.csv")
LOGS = DEFAULT_FOLDER / "demo-logs"
LATENCY_MS = 20
"""What a call of a stand-in marketplace takes: about what a near one takes in life."""
SECONDS_MAX = 180.0
"""Longer than this no job may take; then the demo says which hang, and ends."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    name: str
    products: Sequence[Product]


def run(csv: Path | None, console: Console) -> Never:
    """Ends the process: with 0 only if every job ended as it should and nothing was done twice."""
    catalogues = _read((csv,) if csv else CATALOGUES)
    sys.exit(1 if catalogues is None else _run(catalogues, console, is_own=csv is not None))


def _run(catalogues: Sequence[Catalogue], console: Console, *, is_own: bool) -> int:
    stack = Stack(Path(tempfile.mkdtemp(prefix="hawker-demo-")), latency_ms=LATENCY_MS)
    status = 1
    try:
        with steps(console) as say:
            stack.start(say)
        status = asyncio.run(_show(stack, catalogues, console, is_own=is_own))
    finally:
        with console.status("Stopping everything"):
            stack.stop()
            if status:
                _keep_logs(stack, console)
            stack.erase()
        console.print("Everything is stopped again.")
    return status


def _keep_logs(stack: Stack, console: Console) -> None:
    """What went wrong must still be there when the stack is gone."""
    shutil.rmtree(LOGS, ignore_errors=True)
    shutil.copytree(stack.layout.logs, LOGS)
    console.print(f"The services' logs are kept in {LOGS}.")


def _read(paths: Sequence[Path]) -> Sequence[Catalogue] | None:
    """None, and the faults told, where a file has any: the demo shows the street, not how to mend a file."""
    shown = screen(as_json=False)
    found: list[Catalogue] = []
    for path in paths:
        read = load(path, currency="USD")
        if isinstance(read, Unreadable) or read.faults:
            tell_faults(path, read.faults, len(read.faults), shown)
            return None
        found.append(Catalogue(path.stem, read.products))
    return found


async def _show(stack: Stack, catalogues: Sequence[Catalogue], console: Console, *, is_own: bool) -> int:
    environment = stack.environment()
    control = stack.addresses.site("control")
    await _plan_faults(control)
    async with Hawker(environment["HAWKER_API_URL"], environment["HAWKER_TOKEN"]) as hawker:
        batches = await _submit(hawker, catalogues, console)
        try:
            async with asyncio.timeout(SECONDS_MAX):
                ended = await follow(hawker, list(batches), console, names={batch.id: name for batch, name in batches.items()})
        except TimeoutError:
            console.print(f"[red]Not ended after {SECONDS_MAX:.0f} s:[/red] look at the status below.")
            ended = [await hawker.batch(batch.id) for batch in batches]
        streets = await _streets(hawker, ended, await _sandbox(control))
    console.print(table(streets), *hints(streets, is_own=is_own), sep="\n")
    return 0 if is_right(streets, refusals_allowed=is_own) else 1


async def _plan_faults(control: str) -> None:
    async with httpx.AsyncClient(base_url=control, trust_env=False) as client:
        for fault in FAULTS:
            (await client.post("/faults", json=dict(fault))).raise_for_status()


async def _submit(hawker: Hawker, catalogues: Sequence[Catalogue], console: Console) -> Mapping[Batch, str]:
    """Each catalogue to each marketplace, all at once: they run side by side."""
    wanted = [(catalogue, marketplace) for marketplace in Marketplace for catalogue in catalogues]
    count = sum(len(catalogue.products) for catalogue, _ in wanted)
    console.print(f"\nSubmitting {count} jobs: {', '.join(each.name for each in catalogues)} to {', '.join(Marketplace)}.")
    batches = await asyncio.gather(*(hawker.submit(catalogue.products, marketplace) for catalogue, marketplace in wanted))
    return {batch: f"{marketplace} {catalogue.name}" for batch, (catalogue, marketplace) in zip(batches, wanted, strict=True)}


async def _sandbox(control: str) -> Sandbox:
    async with httpx.AsyncClient(base_url=control, trust_env=False) as client:
        counts = (await client.get("/counts")).raise_for_status().json()
        faults = (await client.get("/faults")).raise_for_status().json()["faults"]
    return Sandbox(counts, faults)


async def _streets(hawker: Hawker, batches: Sequence[Batch], sandbox: Sandbox) -> Sequence[Street]:
    """What came of it, by marketplace."""
    streets = []
    for marketplace in Marketplace:
        ended = [Ended(batch, await _jobs(hawker, batch.id)) for batch in batches if batch.marketplace is marketplace]
        streets.append(sandbox.street(marketplace, ended))
    return streets


async def _jobs(hawker: Hawker, batch_id: str) -> Sequence[Job]:
    return [job async for page in hawker.jobs(batch_id=batch_id) for job in page.items]
