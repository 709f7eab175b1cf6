"""A keeper holds its shard whatever happens to the owner: it acquires again, until it is told to stop."""

import asyncio
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from hawker.kafka.clock import SystemClock
from hawker.kafka.errors import Fenced, OutcomeUnknown, Unavailable
from orchestrator.shard import keeper as module
from orchestrator.shard.keeper import Keeper
from orchestrator.shard.owner import Ports
from orchestrator.shard.suspicion import Suspicion

SECONDS_MAX = 20.0


class Owners:
    """Stands where owners are made: each runs the next of the given endings, then one that stays until it is stopped."""

    def __init__(self, *endings: BaseException) -> None:
        self._endings = list(endings)
        self.made = 0
        self.staying = asyncio.Event()

    def __call__(self, _partition: int, _ports: Ports, _suspicion: Suspicion) -> "Owners":
        self.made += 1
        self._stop = asyncio.Event()
        return self

    def stop(self) -> None:
        self._stop.set()

    async def run(self) -> None:
        if self._endings:
            raise self._endings.pop(0)
        self.staying.set()
        await self._stop.wait()


def ports() -> Ports:
    unused: Callable[..., object] = lambda *_: None  # noqa: E731 - the owners of these tests touch nothing
    return Ports(unused, unused, unused, unused, SystemClock(), asyncio.sleep, 1)  # type: ignore[arg-type]  # the same


@pytest.mark.parametrize(
    "ending",
    [OutcomeUnknown("x"), Unavailable("x"), ValueError("x"), asyncio.CancelledError()],
    ids=lambda ending: type(ending).__name__,
)
async def test_a_lost_shard_is_acquired_again(monkeypatch: pytest.MonkeyPatch, ending: BaseException) -> None:
    owners = Owners(ending)
    monkeypatch.setattr(module, "Owner", owners)
    keeper = Keeper(0, ports(), Suspicion())
    async with asyncio.timeout(SECONDS_MAX):
        running = asyncio.create_task(keeper.run())
        await owners.staying.wait()
        keeper.stop()
        await running
    assert owners.made == 2


async def test_a_shard_that_broke_says_where_and_nothing_of_what_broke_it(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = Owners(ValueError("what the input said"))
    monkeypatch.setattr(module, "Owner", owners)
    keeper = Keeper(0, ports(), Suspicion())
    with capture_logs() as lines:
        async with asyncio.timeout(SECONDS_MAX):
            running = asyncio.create_task(keeper.run())
            await owners.staying.wait()
            keeper.stop()
            await running
    [line] = [line for line in lines if line["log_level"] == "error"]
    assert line["error"] == "ValueError"
    assert "test_keeper.py" in line["where"]
    assert "what the input said" not in str(lines)


async def test_a_fenced_keeper_waits_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = Owners(Fenced("x"))
    monkeypatch.setattr(module, "Owner", owners)
    keeper = Keeper(0, ports(), Suspicion())
    async with asyncio.timeout(SECONDS_MAX):
        running = asyncio.create_task(keeper.run())
        while not keeper.is_fenced:
            await asyncio.sleep(0)
        keeper.stop()
        await running
    assert owners.made == 1


async def test_a_cancelled_keeper_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = Owners()
    monkeypatch.setattr(module, "Owner", owners)
    running = asyncio.create_task(Keeper(0, ports(), Suspicion()).run())
    await owners.staying.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
