"""Every fact as a line of history: what it was about, when, and a body of what no other column and no other table holds. Pure."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from pydantic import BaseModel

from hawker.contracts.codec import FACTS
from hawker.contracts.facts import Fact, JobAccepted, RequestRefused, TaskCompleted
from hawker.contracts.limits import NUMBER_MAX
from hawker.contracts.recorded import Recorded
from orchestrator.projections.jsontext import storable
from orchestrator.projections.rows import HistoryEntry

type Subject = tuple[str | None, str | None, int | None]
"""Batch, job, position."""

_COLUMNS = {"tenant_id", "at", "batch_id", "job_id", "position"}
_LEFT_OUT: Mapping[type, set[str]] = {
    JobAccepted: {"product", "tasks"},  # Big; the tasks have rows of their own, the product stays in the journal.
    TaskCompleted: {"result"},  # Big at times; the task's row has it.
}


class _Layout(NamedTuple):
    """What a fact of one type holds: looked up once a type, for pydantic is slow to say that an attribute is missing."""

    subject: Callable[[Fact], Subject]
    left_out: set[str]


def _layout(model: type[BaseModel]) -> _Layout:
    fields = model.model_fields
    present = tuple(name if name in fields else None for name in ("batch_id", "job_id", "position"))

    def subject(fact: Fact) -> Subject:
        batch_id, job_id, position = (name and getattr(fact, name) for name in present)
        return batch_id, job_id, position

    return _Layout(subject, _COLUMNS | _LEFT_OUT.get(model, set()))


_LAYOUTS: Mapping[type, _Layout] = {model: _layout(model) for model in FACTS.values()}


def entry(recorded: Recorded[Fact]) -> HistoryEntry:
    fact = recorded.message
    layout = _LAYOUTS[type(fact)]
    batch_id, job_id, position = _refused(fact) if type(fact) is RequestRefused else layout.subject(fact)
    body = fact.__pydantic_serializer__.to_json(fact, exclude=layout.left_out).decode()
    return HistoryEntry(
        fact.tenant_id, recorded.partition, recorded.offset, fact.type_name, batch_id, job_id, _number(position), fact.at, storable(body)
    )


def _number(position: int | None) -> int | None:
    """As the column holds it: an outcome that was refused may have said anything."""
    return position if position is None else min(position, NUMBER_MAX)


def _refused(fact: RequestRefused) -> Subject:
    """A refused chunk's subject is `batch/sequence`."""
    name = fact.subject.partition("/")[0]
    return (name, None, None) if fact.request_type.startswith("hawker.batch.") else (None, name, None)
