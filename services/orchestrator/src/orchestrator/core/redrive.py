"""The inputs that an unparking carries, as the records they were. What is none of this job's inputs goes back to the dead letters."""

from collections.abc import Iterator

from hawker.contracts.codec import INPUTS, DecodeError, decode
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.requests import JobUnparkRequested, ParkedInput
from orchestrator.core.decide import Input
from orchestrator.core.poison import subject


def carried(recorded: Recorded[Input], request: JobUnparkRequested) -> Iterator[Recorded[Input]]:
    """In order. All lie at the place of the request; `ce_cause` says where each lay first."""
    for number, parked in enumerate(request.inputs, start=1):
        envelope = Envelope(
            id=f"{recorded.envelope.id}#{number}",
            type=parked.type,
            source=recorded.envelope.source,
            time=recorded.envelope.time,
            traceparent=recorded.envelope.traceparent,
            cause=parked.origin,
        )
        yield Recorded(recorded.topic, recorded.partition, recorded.offset, envelope, _read(parked, request, envelope))


def _read(parked: ParkedInput, request: JobUnparkRequested, envelope: Envelope) -> Input:
    try:
        message = decode(parked.type, parked.value.encode(), INPUTS)
    except DecodeError as fault:
        return _unusable(parked, request, envelope, str(fault))
    is_ours = getattr(message, "tenant_id", None) == request.tenant_id and subject(message) == request.job_id  # type: ignore[arg-type]  # INPUTS holds the members of Input
    return message if is_ours else _unusable(parked, request, envelope, "it is no input of the job that it was sent for")  # type: ignore[return-value]  # the same


def _unusable(parked: ParkedInput, request: JobUnparkRequested, envelope: Envelope, reason: str) -> Undecodable:
    return Undecodable(request.tenant_id.encode(), parked.value.encode(), tuple(to_headers(envelope)), reason)
