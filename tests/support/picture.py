"""A shard's whole state in words that do not depend on how the state is written, so that one frozen years ago can be laid beside today's.

When the state is written differently, this translation follows; the frozen pictures never change.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from hawker.contracts.facts import Fact
from hawker.contracts.listings import Product
from orchestrator.core.state import Shard

type Json = Any  # Any: JSON of any shape

IS = "is"
"""Marks a thing of the state, which may gain a field. What has no mark (jobs by id, results) must be the same to the letter."""

ORDER = ("job_id", "batch_id", "tenant_id", "account_id", "marketplace", "action", "priority", "plan", "wait", "traceparent")
JOB = ("tenant_id", "batch_id", "round", "expires_at", "due_at", "status")
TASK = ("attempt", "look_first", "lease_until", "session", "epoch", "result", "failure")
BATCH = ("tenant_id", "account_id", "marketplace", "action", "priority", "item_count", "wait", "expires_at", "traceparent")
BATCH_NOW = ("chunks", "accepted", "counts", "closed_because", "cancelled", "ended")


def picture(shard: Shard) -> dict[str, Json]:
    return {
        IS: "Shard",
        "jobs": {name: _job(job) for name, job in shard.jobs.items()},
        "batches": {name: _said(batch, *BATCH, *BATCH_NOW) for name, batch in shard.batches.items()},
        "pauses": {"/".join(account): until.isoformat() for account, until in shard.pauses.items()},
        "sessions": {"/".join(account): _said(session, "session", "epoch", "partition") for account, session in shard.sessions.items()},
        "parked": {name: _said(parked, "tenant_id", "reason") for name, parked in getattr(shard, "parked", {}).items()},
        "answered": answered(shard),
        "positions": dict(shard.positions),
        "live": sorted(shard.ages),
        "in_flight": {str(lane): state.window.in_flight for lane, state in shard.lanes.items()},
        "next_due": to_jsonable_python(shard.timers.next_due),
    }


def touched(shard: Shard, fact: Fact) -> Json:
    """What a fact has just changed: its job without order and results, or its batch. None where it changed neither."""
    job, batch = shard.jobs.get(getattr(fact, "job_id", "")), shard.batches.get(getattr(fact, "batch_id", None) or "")
    if job is not None:
        tasks = [_said(task, *(name for name in TASK if name != "result")) for task in getattr(job, "tasks", ())]
        return _said(job, *JOB) | {"tasks": tasks}
    return None if batch is None else _said(batch, *BATCH_NOW)


def answered(shard: Shard) -> list[str]:
    """Since 0.2.0 a key begins with its tenant; the recordings have one tenant each."""
    return sorted(key.partition("/")[2] for key in shard.answered)


def differences(frozen: Json, now: Json, place: str = "") -> Iterator[str]:
    """Where today's picture does not say what the frozen one says."""
    if isinstance(frozen, Mapping) and isinstance(now, Mapping):
        strange = () if IS in frozen else now.keys() - frozen.keys()
        yield from (f"{place}/{name} is new" for name in sorted(strange))
        for name, value in frozen.items():
            if name in now:
                yield from differences(value, now[name], f"{place}/{name}")
            else:
                yield f"{place}/{name} is gone"
    elif _is_list(frozen) and _is_list(now) and len(frozen) == len(now):
        for number, (before, after) in enumerate(zip(frozen, now, strict=True)):
            yield from differences(before, after, f"{place}/{number}")
    elif frozen != now:
        yield f"{place} was {frozen!r} and is {now!r}"


def _job(job: object) -> Json:
    said = _said(job, *JOB)
    order = getattr(job, "order", None)
    if order is not None:
        said["order"] = _said(order, *ORDER) | {"product": _plain(Product.model_validate_json(order.product))}
        said["tasks"] = [_task(task) for task in getattr(job, "tasks", ())]
    return said


def _task(task: object) -> Json:
    """Since 0.2.0 a result is kept as JSON text."""
    said = _said(task, *TASK)
    if isinstance(said.get("result"), str):
        said["result"] = json.loads(said["result"])
    return said


def _said(thing: object, *names: str) -> dict[str, Json]:
    return {IS: type(thing).__name__} | {name: _plain(getattr(thing, name)) for name in names if hasattr(thing, name)}


def _plain(value: object) -> Json:
    if isinstance(value, BaseModel):
        return _said(value, *type(value).model_fields)
    if is_dataclass(value):
        return _said(value, *(field.name for field in fields(value)))
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return to_jsonable_python(value)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
