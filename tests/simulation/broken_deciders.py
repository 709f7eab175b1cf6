"""Mistakes in the deciders: in what follows when something meets a job, a batch, a queue or a window."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hawker.contracts.facts import AttemptTimedOut, Fact, JobAccepted, TaskDispatched
from hawker.contracts.requests import JobRequested
from orchestrator.batch import evolve as batch_evolve
from orchestrator.batch.state import Batch
from orchestrator.core import apply as applying
from orchestrator.core import decide, dispatch, index, poison, turn
from orchestrator.core.parking import to_cancel
from orchestrator.core.state import Shard
from orchestrator.core.timers import CancelJobs, Timer
from orchestrator.dispatch.ready import Ready, ReadyTasks, Way, _Level, _Queue
from orchestrator.dispatch.window import Window
from orchestrator.job import decide as job_decide
from orchestrator.job import evolve, retry, settle
from orchestrator.job.evolve import TaskFact
from orchestrator.job.state import AccountKey, Active, Failed, Job, Live, Paused, Resting, Running, Succeeded, Task, Waiting
from orchestrator.plans import PLANS
from orchestrator.shard import recover as recovering
from tests.simulation.broken import Mutation, all_of, replaced

_CONCLUDE = job_decide.conclude
_END_LEASE = job_decide.end_lease
_APPLY = applying.apply
_STILL_READY = dispatch._still_ready
_TASK = evolve._task
_TASK_CHANGED = index.task_changed
_JOB_TURNED = index.job_turned
_JOB_ENDED = index.job_ended
_TAKE = ReadyTasks.take
_LEVEL_TAKE = _Level.take
_PUSH = _Queue.push


def _conclude_any_attempt(job: Job | None, outcome: job_decide.AttemptOutcome, now: datetime) -> job_decide.Decision:
    if isinstance(job, Active) and outcome.position < len(job.tasks) and isinstance(task := job.tasks[outcome.position], Running):
        outcome = outcome.model_copy(update={"attempt": task.attempt})
    return _CONCLUDE(job, outcome, now)


def _end_any_lease(job: Job | None, position: int, attempt: int, now: datetime) -> job_decide.Decision:
    if isinstance(job, Active) and isinstance(task := job.tasks[position], Running):
        attempt = task.attempt
    return _END_LEASE(job, position, attempt, now)


def _position_too_low(shard: Shard, fact: Fact, cause: tuple[str, int] | None = None) -> None:
    _APPLY(shard, fact, None if cause is None else (cause[0], cause[1] - 1))


def _ready_in_a_pause(shard: Shard, entry: Ready, now: datetime) -> object:
    job = shard.jobs.get(entry.job_id)
    if isinstance(job, Paused) and isinstance(job.tasks[entry.position], Waiting):
        return job
    return _STILL_READY(shard, entry, now)


def _timed_out_without_doubt(before: Task, fact: TaskFact) -> Task:
    after = _TASK(before, fact)
    return Failed(fact.attempt, settle.LEASE_LOST, look_first=False) if isinstance(fact, AttemptTimedOut) else after


def _all_again(tasks: Sequence[Task]) -> tuple[int, ...]:
    return tuple(range(len(tasks)))


def _waiting_whatever_it_was(task: Task) -> Task:
    return Waiting(getattr(task, "attempt", 0))


def _still_counted(batch: Batch, _: object) -> Batch:
    return replace(batch, ended=False)


def _no_lease(shard: Shard, job: Live, fact: TaskFact) -> None:
    if isinstance(fact, TaskDispatched):
        shard.lanes[job.order.lane].window.dispatched()
    else:
        _TASK_CHANGED(shard, job, fact)


def _no_end_of_rest(shard: Shard, job: Live) -> None:
    if not isinstance(job, Resting):
        _JOB_TURNED(shard, job)


def _room_kept_for_ever(shard: Shard, before: Live) -> None:
    _JOB_ENDED(shard, replace(before, tasks=tuple(task for task in before.tasks if isinstance(task, Succeeded))))


def _always_new(_: Shard, request: JobRequested, traceparent: str | None, now: datetime) -> Sequence[JobAccepted]:
    return (decide._accepted(request, PLANS[request.marketplace, request.action], traceparent, now),)


def _ring_once(shard: Shard, timer: Timer, now: datetime, source: str, taken: turn.Turn, _: Collection[str]) -> None:
    label = f"{timer}@{now.isoformat()}"
    turn._absorb(shard, poison.ring(shard, timer, now), turn.Cause(label, now, source), taken)


def _take_from_closed_accounts(self: ReadyTasks, way: Callable[[AccountKey], Way], is_wanted: Callable[[Ready], bool]) -> Iterator[Ready]:
    return _TAKE(self, lambda account: Way.NO_BROWSER if way(account) is Way.CLOSED else way(account), is_wanted)


def _the_same_account_again(self: _Level, way: Callable[[AccountKey], Way], is_wanted: Callable[[Ready], bool]) -> Ready | None:
    taken = _LEVEL_TAKE(self, way, is_wanted)
    self.turns.rotate(1)
    return taken


def _least_urgent_first(self: ReadyTasks, way: Callable[[AccountKey], Way], is_wanted: Callable[[Ready], bool]) -> Iterator[Ready]:
    self._levels = dict(sorted(self._levels.items(), reverse=True))
    return _TAKE(self, way, is_wanted)


def _what_is_gone_costs_a_turn(self: _Level, way: Callable[[AccountKey], Way], is_wanted: Callable[[Ready], bool]) -> Ready | None:
    while self.queues:
        entry = _LEVEL_TAKE(self, way, lambda _: True)
        if entry is None or is_wanted(entry):
            return entry
    return None


def _forget_the_browsers(self: _Queue, entry: Ready, *, in_browser: bool) -> None:
    if not in_browser:
        _PUSH(self, entry, in_browser=False)


def _never_a_browser(self: _Queue, way: Way) -> list[Ready]:
    return [] if way is Way.CLOSED else self.direct


def _ring_under_one_name(shard: Shard, timer: Timer, now: datetime, source: str, taken: turn.Turn, _: Collection[str]) -> None:
    turn._absorb(shard, poison.ring(shard, timer, now), turn.Cause(str(timer), now, source), taken)
    if isinstance(timer, CancelJobs) and any(to_cancel(shard, timer.batch_id)):
        shard.timers.set(now, timer)


MISTAKES: Mapping[str, Mutation] = {
    "outcomes without a fencing number": replaced(job_decide, "conclude", _conclude_any_attempt),
    "leases without a fencing number": replaced(job_decide, "end_lease", _end_any_lease),
    "retry without skipping successes": all_of(
        replaced(settle, "to_run_again", _all_again),
        replaced(job_decide, "to_run_again", _all_again),
        replaced(evolve, "_waiting", _waiting_whatever_it_was),
    ),
    "deferred counts as failed": replaced(retry, "DEFERRED", frozenset()),
    "more rounds than the limit": replaced(retry, "rounds_left", lambda round_: round_ < 5),
    "doubt is forgotten": replaced(evolve, "_in_doubt", lambda _: False),
    "a time-out leaves no doubt": replaced(evolve, "_task", _timed_out_without_doubt),
    "the window is not given back": replaced(Window, "ended", lambda _: None),
    "a job that ends keeps its room": replaced(index, "job_ended", _room_kept_for_ever),
    "the window is not looked at": replaced(Window, "free", property(lambda _: 1000)),
    "paused accounts are not left alone": replaced(ReadyTasks, "take", _take_from_closed_accounts),
    "accounts do not take turns": replaced(_Level, "take", _the_same_account_again),
    "what is gone costs an account its turn": replaced(_Level, "take", _what_is_gone_costs_a_turn),
    "the least urgent go first": replaced(ReadyTasks, "take", _least_urgent_first),
    "paused jobs go on": replaced(dispatch, "_still_ready", _ready_in_a_pause),
    "a batch's end is forgotten": replaced(turn, "_batches_touched", lambda *_: ()),
    "a retried job is counted twice in its batch": replaced(batch_evolve, "job_began_again", _still_counted),
    "a cancelled batch takes items": replaced(Batch, "takes_items", property(lambda self: not self.ended)),
    "a chunk that comes twice is taken twice": replaced(Batch, "has_chunk", lambda *_: False),
    "a job that comes twice is taken twice": replaced(decide, "_job", _always_new),
    "a wish that comes twice is granted twice": replaced(decide, "answer_key", lambda *_: "never"),
    "only the first jobs of a cancelled batch end": replaced(turn, "_ring", _ring_once),
    "positions one too low": all_of(replaced(turn, "apply", _position_too_low), replaced(recovering, "apply", _position_too_low)),
    "what a timer leads to has the timer's name": replaced(turn, "_ring", _ring_under_one_name),
    "no lease is set": replaced(index, "task_changed", _no_lease),
    "no rest ends": replaced(index, "job_turned", _no_end_of_rest),
    "what needs a result is not woken": replaced(index, "_push_dependants", lambda *_: None),
    "who waits for a browser is forgotten": replaced(_Queue, "push", _forget_the_browsers),
    "a browser that comes wakes nobody": replaced(_Queue, "_next", _never_a_browser),
}
