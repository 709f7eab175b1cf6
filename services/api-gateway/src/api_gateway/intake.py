"""Wishes into the log: first a line in the book, then the requests. A crash in between is repaired by the client's repeat.

The same Idempotency-Key gives the same ids, and the orchestrator knows a repeated request by its id: repeating is always safe.
"""

import asyncio
import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from api_gateway import problems
from api_gateway.bodies import BatchOrder, ItemsOrder, JobOrder
from api_gateway.book import Book, Entered, Entry
from api_gateway.chunks import cut, measure
from api_gateway.publishing import Publishing
from hawker.contracts.codec import OversizeError
from hawker.contracts.listings import Product
from hawker.contracts.requests import BatchItemsAdded, BatchRequested, JobRequested, Request
from hawker.contracts.words import Action
from hawker.kafka.errors import Unavailable

ACTIONS = (Action.PUBLISH,)
"""What the orchestrator has plans for."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose wish it is, and what its headers say about it."""

    tenant: str
    key: str | None = None
    traceparent: str | None = None


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Intake:
    book: Book
    publishing: Publishing
    topic: str
    now: Callable[[], datetime] = _now
    new_id: Callable[[], str] = _new_id

    async def batch(self, sender: Sender, order: BatchOrder) -> str:
        """Gives the batch's id. Raises Problem."""
        _check_action(order.action)
        chunks = list(cut(order.products))
        item_count = order.item_count or len(order.products)
        entered = await self._enter(sender, "batch", self.new_id(), order, {**_summary(order), "item_count": item_count})
        asked = BatchRequested(
            tenant_id=sender.tenant,
            requested_at=entered.created_at,
            batch_id=entered.id,
            account_id=order.account,
            marketplace=order.marketplace,
            action=order.action,
            priority=order.priority,
            item_count=item_count,
            wait_seconds_max=order.wait_seconds_max,
        )
        await self.publish(sender, asked, entered.id)
        parts = [_part(sender, entered.created_at, entered.id, sequence, chunk) for sequence, chunk in enumerate(chunks)]
        await asyncio.gather(*(self.publish(sender, part, _part_name(part)) for part in parts))
        return entered.id

    async def items(self, sender: Sender, batch_id: str, order: ItemsOrder) -> None:
        """Raises Problem."""
        if len(list(cut(order.products))) > 1:
            raise problems.too_large("These products are more than one message may hold.", "Send them as two parts of the batch.")
        part = _part(sender, self.now(), batch_id, order.sequence, order.products)
        entered = await self._enter(sender, "items", _part_name(part), order, {})
        await self.publish(sender, part.model_copy(update={"requested_at": entered.created_at}), _part_name(part))

    async def job(self, sender: Sender, order: JobOrder) -> str:
        """Gives the job's id. Raises Problem."""
        _check_action(order.action)
        measure(order.product, 0)
        summary = {**_summary(order), "handle": order.product.handle, "title": order.product.title}
        entered = await self._enter(sender, "job", self.new_id(), order, summary)
        asked = JobRequested(
            tenant_id=sender.tenant,
            requested_at=entered.created_at,
            job_id=entered.id,
            account_id=order.account,
            marketplace=order.marketplace,
            action=order.action,
            priority=order.priority,
            product=order.product,
            wait_seconds_max=order.wait_seconds_max,
        )
        await self.publish(sender, asked, entered.id)
        return entered.id

    async def publish(self, sender: Sender, request: Request, id: str) -> None:
        """Raises Problem."""
        try:
            await self.publishing.publish(self.topic, sender.tenant, request, id=id, traceparent=sender.traceparent)
        except Unavailable as fault:
            raise problems.unavailable("The log") from fault
        except OversizeError as fault:
            raise problems.too_large(str(fault)) from fault

    async def _enter(self, sender: Sender, kind: str, id: str, order: BaseModel, summary: Mapping[str, Any]) -> Entered:  # Any: JSON
        fingerprint = _fingerprint(kind, id if kind == "items" else "", order)
        entered = await self.book.enter(Entry(sender.tenant, id, kind, sender.key, fingerprint, summary, self.now()))
        if entered.fingerprint != fingerprint:
            raise _reused(kind, sender.key)
        return entered


def _check_action(action: Action) -> None:
    if action not in ACTIONS:
        there = ", ".join(ACTIONS)
        raise problems.unprocessable("action", "This action is not there yet", f"{action} cannot be done.", f"There is: {there}.")


def _summary(order: BatchOrder | JobOrder) -> dict[str, Any]:  # Any: JSON
    return order.model_dump(mode="json", include={"marketplace", "action", "account", "priority"})


def _part(sender: Sender, requested_at: datetime, batch_id: str, sequence: int, products: Sequence[Product]) -> BatchItemsAdded:
    return BatchItemsAdded(
        tenant_id=sender.tenant, requested_at=requested_at, batch_id=batch_id, sequence=sequence, products=tuple(products)
    )


def _part_name(part: BatchItemsAdded) -> str:
    return f"{part.batch_id}:{part.sequence}"


def _fingerprint(kind: str, subject: str, order: BaseModel) -> str:
    """Of what was asked for, not of how its JSON was spaced."""
    return hashlib.sha256(f"{kind}\n{subject}\n{order.model_dump_json()}".encode()).hexdigest()


def _reused(kind: str, key: str | None) -> problems.Problem:
    what = f"Idempotency-Key {key!r}" if key is not None else "This part's sequence"
    advice = "Use a new key for a new wish; repeat the first request unchanged to get its answer again."
    if kind == "items":
        advice = "Number each part of the batch anew, and use a new key for each; repeat a part unchanged to be sure of it."
    return problems.unprocessable("reused", "Used before with other content", f"{what} came before with another body.", advice)
