"""Nothing is dropped: whatever lies in a shard's topics was decided, refused, or is in the dead letters, where operators find it."""

import re
from collections.abc import Collection, Iterable

from pydantic import BaseModel

from hawker.contracts.codec import INPUTS, DecodeError, decode
from hawker.contracts.facts import AttemptDeferred, AttemptFailed, Fact, TaskCompleted
from hawker.contracts.outcomes import AccountThrottled, PluginConnected, PluginDisconnected, TaskFailed, TaskSucceeded
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.requests import (
    BatchCancelRequested,
    BatchItemsAdded,
    BatchRequested,
    JobCancelRequested,
    JobRequested,
    JobUnparkRequested,
)
from hawker.contracts.words import JobStatus
from tests.invariants.ledger import BrokenError, Ledger, Rule

CARRIED = re.compile(r"#(\d+)\.\d+$")
"""The end of a fact's id that follows from the n-th input of an unparking."""


def check_inputs(inputs: Iterable[Recorded[BaseModel | Undecodable]], ledger: Ledger, letters: Collection[str]) -> None:
    """Of a shard that has read them all. `letters` are the origins of the dead letters; what lies astray is left out. Raises BrokenError."""
    for recorded in inputs:
        if recorded.place in ledger.rejected:
            _hold(any(_of(origin) == recorded.place for origin in letters), f"{recorded.place} was rejected, and is in no dead letter")
        else:
            _hold(is_answered(recorded.message, ledger), f"{recorded.place} came to nothing: {recorded.message!r}"[:500])


def is_answered(message: BaseModel | Undecodable, ledger: Ledger) -> bool:
    """Whether a fact says what became of it, or it asks for what is so."""
    match message:
        case Undecodable():
            return False
        case TaskSucceeded() | TaskFailed():
            job = ledger.jobs.get(message.job_id)
            return (message.job_id, message.position, message.attempt) in ledger.concluded or (job is not None and job.end is not None)
        case JobRequested():
            return message.job_id in ledger.jobs or message.job_id in ledger.refused
        case BatchRequested():
            return message.batch_id in ledger.batches or message.batch_id in ledger.refused
        case BatchItemsAdded():
            batch = ledger.batches.get(message.batch_id)
            return (batch is not None and message.sequence in batch.chunks) or f"{message.batch_id}/{message.sequence}" in ledger.refused
        case AccountThrottled() | PluginConnected() | PluginDisconnected():
            return True  # They tell of a state; the last one counts.
        case _:
            return _is_wish_answered(message, ledger)


def may_still_pass(message: BaseModel | Undecodable, ledger: Ledger) -> bool:
    """Whether it was refused for now only: the same request may be accepted when it comes again."""
    match message:
        case JobRequested():
            return message.job_id in ledger.put_off and message.job_id not in ledger.jobs
        case BatchRequested():
            return message.batch_id in ledger.put_off and message.batch_id not in ledger.batches
        case BatchItemsAdded():
            batch = ledger.batches.get(message.batch_id)
            has_come = batch is not None and message.sequence in batch.chunks
            return f"{message.batch_id}/{message.sequence}" in ledger.put_off and not has_come
        case _:
            return False


def check_redriven(fact: Recorded[Fact], request: object) -> None:
    """`request` is the input that the fact says it follows from. Raises BrokenError."""
    found = CARRIED.search(fact.envelope.id)
    if not isinstance(request, JobUnparkRequested) or found is None:
        return
    parked = request.inputs[int(found.group(1)) - 1]
    try:
        carried = decode(parked.type, parked.value.encode(), INPUTS)
    except DecodeError:
        return
    if isinstance(fact.message, TaskCompleted | AttemptFailed | AttemptDeferred):
        about = [getattr(carried, name, None) for name in ("job_id", "position", "attempt")]
        is_its_own = about == [fact.message.job_id, fact.message.position, fact.message.attempt]
        if not is_its_own:
            raise BrokenError(f"{Rule.REDRIVE}: {fact.message!r} follows from {about}"[:500])


def _is_wish_answered(wish: BaseModel, ledger: Ledger) -> bool:
    request_id = getattr(wish, "request_id", "")
    if request_id in ledger.wishes or request_id in ledger.refused:
        return True
    if isinstance(wish, JobCancelRequested):
        job = ledger.jobs.get(wish.job_id)
        return job is not None and job.end is JobStatus.CANCELLED
    if isinstance(wish, BatchCancelRequested):
        batch = ledger.batches.get(wish.batch_id)
        return batch is not None and batch.cancelled
    return False


def _of(origin: str) -> str:
    """The place of a letter, without the number of what a request carried."""
    return origin.partition("#")[0]


def _hold(is_so: bool, where: str) -> None:  # noqa: FBT001 - what must hold comes first, as in an assert
    if not is_so:
        raise BrokenError(f"nothing is dropped: {where}")
