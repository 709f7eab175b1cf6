"""What breaks the decider is put aside together with its job, right where it broke: a decider is pure, so nothing is half done.

An input goes to the dead letters, and so does every later one of its job, in order. Whatever has no job is put aside alone.
Nothing here repeats what an input said: a reason names the exception's type and where it was raised.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import assert_never

from hawker.contracts.facts import Fact, InputRejected, JobParked
from hawker.contracts.outcomes import AccountThrottled, PluginConnected, PluginDisconnected, TaskFailed, TaskSucceeded
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.requests import (
    BatchCancelRequested,
    BatchItemsAdded,
    BatchRequested,
    JobCancelRequested,
    JobPauseRequested,
    JobRequested,
    JobResumeRequested,
    JobRetryRequested,
    JobUnparkRequested,
)
from orchestrator.core import decide
from orchestrator.core.decide import Input, owner_of
from orchestrator.core.parking import is_parked, stands_still
from orchestrator.core.state import Shard
from orchestrator.core.timers import AccountOpens, BatchExpires, CancelJobs, JobExpires, LeaseEnds, RestEnds, Timer

PARKED_IDS_MAX = 100_000
"""With so many parked, an id without a job is not parked any more: its input is put aside alone."""
HELD = "its job is parked: something before it waits for an operator"
BROKE_THE_SHARD = "it broke the shard when it was met before"


class Unheard(Exception):  # noqa: N818 - no error of the caller's: the timer must ring again
    """A timer that belongs to no job broke the decider."""


def meet(shard: Shard, recorded: Recorded[Input], now: datetime, *, is_suspect: bool = False) -> Sequence[Fact]:
    """As decide.meet, and never raises. A suspect broke the shard in a way that only its absence cures."""
    message = recorded.message
    about = subject(message)
    if about is not None and not isinstance(message, Undecodable) and is_parked(shard, about, message.tenant_id):
        return (reject(recorded, HELD, now, subject=about),)
    if is_suspect:
        return _put_aside(shard, recorded, about, BROKE_THE_SHARD, now)
    try:
        return decide.meet(shard, recorded, now)
    except Exception as fault:  # noqa: BLE001 - whatever a mistake of ours raises
        return _put_aside(shard, recorded, about, why(fault), now)


def ring(shard: Shard, timer: Timer, now: datetime, *, is_suspect: bool = False) -> Sequence[Fact]:
    """As decide.ring. Raises Unheard where there is no job to park."""
    about = _job_of(timer)
    if about is not None and stands_still(shard, about):
        return ()  # Set again when the job moves on.
    try:
        facts = () if is_suspect else decide.ring(shard, timer, now)
    except Exception as fault:  # noqa: BLE001 - whatever a mistake of ours raises
        return park(shard, about, why(fault), now)
    return park(shard, about, BROKE_THE_SHARD, now) if is_suspect else facts


def park(shard: Shard, job_id: str | None, reason: str, now: datetime) -> Sequence[JobParked]:
    """A job that broke without an input. Raises Unheard if there is none."""
    tenant_id = None if job_id is None else owner_of(shard.jobs.get(job_id))
    if job_id is None or tenant_id is None:
        raise Unheard(reason)
    return (JobParked(tenant_id=tenant_id, at=now, job_id=job_id, reason=reason),)


def why(fault: Exception) -> str:
    """The kind of the fault and its place in our code; never its text, which may hold what the input said."""
    frame = fault.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = "" if frame is None else f" at {PurePath(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
    return f"the decider raised {type(fault).__name__}{where}"


def reject(recorded: Recorded[Input], reason: str, now: datetime, *, subject: str | None, tenant_id: str | None = None) -> InputRejected:
    return decide.reject(recorded, reason, now, tenant_id).model_copy(update={"subject": subject})


def send_back(recorded: Recorded[Input], reason: str, request: JobUnparkRequested, now: datetime) -> InputRejected:
    """A redriven letter that is no input of the job."""
    return reject(recorded, reason, now, subject=request.job_id, tenant_id=request.tenant_id)


def subject(message: Input) -> str | None:
    """The job that an input moves, if it moves one. An unparking is not held by the parking that it ends."""
    match message:
        case TaskSucceeded() | TaskFailed() | JobRequested():
            return message.job_id
        case JobCancelRequested() | JobRetryRequested() | JobPauseRequested() | JobResumeRequested():
            return message.job_id
        case JobUnparkRequested() | BatchRequested() | BatchItemsAdded() | BatchCancelRequested():
            return None
        case AccountThrottled() | PluginConnected() | PluginDisconnected() | Undecodable():
            return None
        case _:
            assert_never(message)


def _put_aside(shard: Shard, recorded: Recorded[Input], about: str | None, reason: str, now: datetime) -> Sequence[Fact]:
    tenant_id = "" if isinstance(recorded.message, Undecodable) else recorded.message.tenant_id
    if about is None or not _may_park(shard, about, tenant_id):
        return (reject(recorded, reason, now, subject=None),)
    parked = JobParked(tenant_id=tenant_id, at=now, job_id=about, reason=reason)
    return (parked, reject(recorded, reason, now, subject=about))


def _may_park(shard: Shard, job_id: str, tenant_id: str) -> bool:
    """A stranger's input parks nobody's job; and ids that are no job are parked up to a limit."""
    owner = owner_of(shard.jobs.get(job_id))
    return owner == tenant_id or (owner is None and len(shard.parked) < PARKED_IDS_MAX)


def _job_of(timer: Timer) -> str | None:
    match timer:
        case LeaseEnds() | RestEnds() | JobExpires():
            return timer.job_id
        case BatchExpires() | CancelJobs() | AccountOpens():
            return None
        case _:
            assert_never(timer)
