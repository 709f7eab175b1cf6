"""A strike counts only when it was seen to hit, on a process that does nothing but live."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local_stack.stack import Stack
from local_stack.supervisor import Process
from local_stack.wait import wait_until
from tests.chaos.evidence import Hit
from tests.chaos.plan import HOLDS, Fault, Plan, Strike
from tests.chaos.strikes import Striker

VICTIM = "browser"
HOLD_SECONDS = 0.5


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Stack]:
    """A stack of one process."""
    found = Stack(tmp_path)
    found.supervisor.keep([Process(VICTIM, [sys.executable, "-c", "import time; time.sleep(600)"])])
    wait_until(lambda: found.supervisor.process_id(VICTIM) is not None, VICTIM)
    yield found
    found.supervisor.destroy()


async def struck(stack: Stack, fault: Fault) -> Hit:
    strike = Strike(0.0, VICTIM, VICTIM, fault, HOLD_SECONDS if fault in HOLDS else 0.0)
    striker = Striker(stack, Plan(1, 1.0, (strike,)), lambda _: None)
    await striker.run()
    [hit] = striker.hits
    return hit


@pytest.mark.parametrize("fault", Fault)
async def test_a_strike_that_hit_is_confirmed_and_the_process_is_there_again(living: Stack, fault: Fault) -> None:
    former = living.process_id(VICTIM)
    hit = await struck(living, fault)
    assert hit.confirmed, hit
    assert (living.process_id(VICTIM) == former) == (fault in HOLDS)
    assert psutil.Process(living.process_id(VICTIM)).status() != psutil.STATUS_STOPPED


async def test_a_stop_that_somebody_ends_too_early_is_no_hit(living: Stack) -> None:
    pid = living.process_id(VICTIM)
    striking = asyncio.create_task(struck(living, Fault.PAUSE))
    await asyncio.to_thread(wait_until, lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED, "the stop")
    os.kill(pid, signal.SIGCONT)
    assert not (await striking).confirmed
