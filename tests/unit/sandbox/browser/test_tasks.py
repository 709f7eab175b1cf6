"""What a browser does with a task: acknowledged before it is fetched, done once, and never where it may not go."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from hawker.contracts.plugin import TASKS_IN_FLIGHT_MAX, Ack, Nack, NackCode, Task, TaskResult
from sandbox.browser_memory import Memory
from sandbox.browser_tasks import Tasks

HOST = "flea.example"


class Seller:
    """Answers when it is let; counts fetches and log-ins."""

    def __init__(self) -> None:
        self.fetched: list[str] = []
        self.log_ins = 0
        self.let = asyncio.Event()
        self.redirects = False

    async def fetch(self, task: Task) -> TaskResult | Nack:
        self.fetched.append(task.task_id)
        await self.let.wait()
        return TaskResult(task_id=task.task_id, status=0 if self.redirects else 201, url=task.url, redirected=self.redirects)

    async def log_in(self) -> bool:
        self.log_ins += 1
        return True


class Browser:
    def __init__(self, memory: Memory | None = None) -> None:
        self.seller = Seller()
        self.said: list[Ack | Nack | TaskResult] = []
        self.tasks = Tasks(self.seller, memory or Memory(), {HOST}, self._say)

    async def _say(self, frame: Ack | Nack | TaskResult) -> None:
        self.said.append(frame)


def task(task_id: str = "t", *, idempotent: bool = False, seconds_left: float = 60, host: str = HOST) -> Task:
    deadline = datetime.now(UTC) + timedelta(seconds=seconds_left)
    return Task(task_id=task_id, method="POST", url=f"https://{host}/sell", deadline=deadline, idempotent=idempotent)


async def until(condition: Callable[[], object]) -> None:
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came about")


async def test_a_task_is_acknowledged_and_then_answered() -> None:
    browser = Browser()
    await browser.tasks.take(task())
    assert browser.said == [Ack(task_id="t")]
    browser.seller.let.set()
    await until(lambda: len(browser.said) == 2)
    assert isinstance(browser.said[1], TaskResult)


async def test_a_task_that_comes_again_is_answered_from_memory() -> None:
    browser = Browser()
    browser.seller.let.set()
    await browser.tasks.take(task())
    await until(lambda: len(browser.said) == 2)
    await browser.tasks.take(task())
    assert browser.said[2] == browser.said[1]
    assert browser.seller.fetched == ["t"]


async def test_a_task_that_comes_again_while_it_runs_is_only_acknowledged() -> None:
    browser = Browser()
    for _ in range(2):
        await browser.tasks.take(task())
    await until(lambda: browser.seller.fetched)
    assert browser.said == [Ack(task_id="t")] * 2
    assert browser.seller.fetched == ["t"]


async def test_what_may_be_repeated_is_fetched_afresh_and_not_remembered() -> None:
    browser = Browser()
    browser.seller.let.set()
    for _ in range(2):
        browser.said.clear()
        await browser.tasks.take(task(idempotent=True))
        await until(lambda: len(browser.said) == 2)
    assert browser.seller.fetched == ["t", "t"]
    assert browser.tasks.known == ()


@pytest.mark.parametrize(
    ("seconds_left", "host", "code"),
    [
        (-1, HOST, NackCode.EXPIRED),
        (60, "other.example", NackCode.HOST_NOT_ALLOWED),
        (60, "www.ebay.com", NackCode.HOST_NOT_ALLOWED),
    ],
)
async def test_a_task_that_may_not_be_done_is_refused_and_not_remembered(seconds_left: float, host: str, code: NackCode) -> None:
    browser = Browser()
    await browser.tasks.take(task(seconds_left=seconds_left, host=host))
    assert browser.said == [Nack(task_id="t", code=code)]
    assert browser.tasks.known == ()


async def test_the_bridges_list_narrows_the_browsers_own_and_never_widens_it() -> None:
    browser = Browser()
    browser.tasks.agree(("other.example",), datetime.now(UTC))
    await browser.tasks.take(task("a"))
    await browser.tasks.take(task("b", host="other.example"))
    assert [frame.code for frame in browser.said if isinstance(frame, Nack)] == [NackCode.HOST_NOT_ALLOWED] * 2


async def test_a_deadline_is_reckoned_by_the_bridges_clock() -> None:
    browser = Browser()
    browser.tasks.agree((HOST,), datetime.now(UTC) - timedelta(hours=1))
    await browser.tasks.take(task(seconds_left=-1800))
    assert browser.said == [Ack(task_id="t")]


async def test_a_browser_takes_no_more_than_its_limit() -> None:
    browser = Browser()
    for number in range(TASKS_IN_FLIGHT_MAX + 1):
        await browser.tasks.take(task(f"t{number}"))
    assert browser.said[-1] == Nack(task_id=f"t{TASKS_IN_FLIGHT_MAX}", code=NackCode.BUSY)


async def test_a_cancelled_task_says_so_and_is_remembered() -> None:
    browser = Browser()
    await browser.tasks.take(task())
    await until(lambda: browser.seller.fetched)
    await browser.tasks.cancel("t")
    await until(lambda: len(browser.said) == 2)
    await browser.tasks.take(task())
    assert browser.said[1:] == [Nack(task_id="t", code=NackCode.CANCELLED)] * 2
    assert browser.seller.fetched == ["t"]


async def test_a_task_cancelled_before_its_first_step_is_not_waited_for_for_ever() -> None:
    browser = Browser()
    await browser.tasks.take(task())
    await browser.tasks.cancel("t")
    await until(lambda: not browser.tasks._running)
    await browser.tasks.take(task())
    assert browser.said[-1] == Nack(task_id="t", code=NackCode.INTERRUPTED)
    assert browser.seller.fetched == []


async def test_cancelling_what_is_not_there_is_answered() -> None:
    browser = Browser()
    await browser.tasks.cancel("stranger")
    assert browser.said == [Nack(task_id="stranger", code=NackCode.UNKNOWN_TASK)]


async def test_a_seller_who_sees_the_log_in_page_logs_in() -> None:
    browser = Browser()
    browser.seller.redirects = True
    browser.seller.let.set()
    await browser.tasks.take(task(idempotent=True))
    await until(lambda: browser.seller.log_ins)
    assert isinstance(browser.said[-1], TaskResult)
