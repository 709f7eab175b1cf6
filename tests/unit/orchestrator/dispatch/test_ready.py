"""The order of ready tasks: priority, turns between accounts, age."""

from hypothesis import given
from hypothesis import strategies as st

from hawker.contracts.words import Marketplace, Priority
from orchestrator.dispatch.ready import Ready, ReadyTasks, Way
from orchestrator.job.state import AccountKey

A, B = (AccountKey(tenant, Marketplace.EBAY, "main") for tenant in "ab")


def everything(_: AccountKey) -> Way:
    return Way.OPEN


def anything(_: Ready) -> bool:
    return True


def test_accounts_of_one_priority_take_turns_however_much_one_has_waiting() -> None:
    tasks = ReadyTasks()
    for age in range(100):
        tasks.push(Priority.NORMAL, A, Ready(age, 0, f"a{age}"))
    tasks.push(Priority.NORMAL, B, Ready(100, 0, "b"))
    first = [entry.job_id for _, entry in zip(range(2), tasks.take(everything, anything), strict=False)]
    assert first == ["a0", "b"]


def test_what_is_not_wanted_any_more_costs_its_account_no_turn() -> None:
    tasks = ReadyTasks()
    for age in range(100):
        tasks.push(Priority.NORMAL, A, Ready(age, 0, "gone"))
        tasks.push(Priority.NORMAL, B, Ready(age, 0, "b"))
    tasks.push(Priority.NORMAL, A, Ready(100, 0, "a"))
    first = [entry.job_id for _, entry in zip(range(2), tasks.take(everything, lambda entry: entry.job_id != "gone"), strict=False)]
    assert first == ["a", "b"]


def test_a_closed_account_keeps_its_tasks_and_its_place() -> None:
    tasks = ReadyTasks()
    tasks.push(Priority.NORMAL, A, Ready(1, 0, "a"))
    tasks.push(Priority.NORMAL, B, Ready(2, 0, "b"))
    assert [entry.job_id for entry in tasks.take(lambda account: Way.CLOSED if account == A else Way.OPEN, anything)] == ["b"]
    assert [entry.job_id for entry in tasks.take(everything, anything)] == ["a"]


def test_what_waits_for_a_browser_costs_its_account_neither_a_turn_nor_its_other_tasks() -> None:
    tasks = ReadyTasks()
    for age in range(100):
        tasks.push(Priority.NORMAL, A, Ready(age, 2, "in a browser"), in_browser=True)
        tasks.push(Priority.NORMAL, B, Ready(age, 0, "b"))
    tasks.push(Priority.NORMAL, A, Ready(100, 0, "a"))
    looked_at: list[str] = []

    def anything(entry: Ready) -> bool:
        looked_at.append(entry.job_id)
        return True

    first = [entry.job_id for _, entry in zip(range(3), tasks.take(lambda _: Way.NO_BROWSER, anything), strict=False)]
    assert first == looked_at == ["a", "b", "b"]


def test_a_browser_that_comes_brings_its_tasks_back_into_the_order_of_age() -> None:
    tasks = ReadyTasks()
    for age in (3, 1):
        tasks.push(Priority.NORMAL, A, Ready(age, 2, f"in a browser {age}"), in_browser=True)
    for age in (2, 4):
        tasks.push(Priority.NORMAL, A, Ready(age, 0, f"direct {age}"))
    assert [entry.age for _, entry in zip(range(1), tasks.take(lambda _: Way.NO_BROWSER, anything), strict=False)] == [2]
    assert [entry.age for entry in tasks.take(everything, anything)] == [1, 3, 4]


def test_a_later_step_of_an_older_job_goes_before_a_younger_job() -> None:
    tasks = ReadyTasks()
    tasks.push(Priority.NORMAL, A, Ready(2, 0, "young"))
    tasks.push(Priority.NORMAL, A, Ready(1, 5, "old"))
    assert [entry.job_id for entry in tasks.take(everything, anything)] == ["old", "young"]


@given(st.lists(st.tuples(st.sampled_from(Priority), st.sampled_from([A, B]), st.integers(0, 99))))
def test_everything_that_is_pushed_comes_out_once_urgent_first(pushed: list[tuple[Priority, AccountKey, int]]) -> None:
    tasks = ReadyTasks()
    for number, (priority, account, age) in enumerate(pushed):
        tasks.push(priority, account, Ready(age, int(priority), str(number)))
    taken = list(tasks.take(everything, anything))
    assert sorted(entry.job_id for entry in taken) == sorted(map(str, range(len(pushed))))
    assert [entry.position for entry in taken] == sorted(entry.position for entry in taken)
    assert len(tasks) == 0
