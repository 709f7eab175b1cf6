"""The calls, by resource. Each returns a typed answer or raises HawkerError; how a call travels is the business of `calls`."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from itertools import batched
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from hawker.client.answers import Batch, Job, Page, Task
from hawker.client.calls import Calls, Sleep, Told
from hawker.client.chunks import Chunk, cut
from hawker.client.errors import HawkerError, not_understood
from hawker.client.letters import DeadLetter, LetterFilter, LetterResult, LetterResults, ParkedJobs, WholeLetter
from hawker.client.retrying import Retrying
from hawker.contracts.dead_letters import SELECTION_LETTERS_MAX, LetterState
from hawker.contracts.limits import BATCH_ITEMS_MAX
from hawker.contracts.listings import Product
from hawker.contracts.words import Action, BatchStatus, JobStatus, Marketplace, Priority, TaskKind, TaskStatus

READY_PATH = "/health/ready"
PAGE_ITEMS = 100
CONFLICT = 409
WATCH_SECONDS = 0.5


class Hawker:
    """A gateway, spoken to as the holder of `token`."""

    def __init__(
        self,
        api_url: str,
        token: str | None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        retrying: Retrying | None = None,
        sleep: Sleep = asyncio.sleep,
        repeating: Told = lambda _why, _delay_seconds: None,
    ) -> None:
        self._calls = Calls(api_url, token, transport=transport, retrying=retrying, sleep=sleep, repeating=repeating)
        self._sleep = sleep

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        await self._calls.aclose()

    async def ready(self) -> None:
        """Returns when the gateway can work; otherwise the error's detail says what it waits for."""
        await self._calls.get(READY_PATH)

    async def submit(
        self,
        products: Sequence[Product],
        marketplace: Marketplace,
        *,
        action: Action = Action.PUBLISH,
        priority: Priority | None = None,
        account: str = "main",
        key: str | None = None,
        sent: Callable[[int], None] = lambda _count: None,
    ) -> Batch:
        """One batch of all products, in as many requests as it takes; `sent` is told how many products each carried.

        `products` is gone through twice and never held: a sequence that lies on disk may be as long as a batch can be.

        Whoever repeats an interrupted submit with the same products and the same `key` continues it: nothing is done twice.
        """
        if not 1 <= len(products) <= BATCH_ITEMS_MAX:
            raise HawkerError(
                f"A batch takes 1 to {BATCH_ITEMS_MAX} products", f"there are {len(products)}", "Send them as several batches."
            )
        key = new_key() if key is None else key
        chunk_count = sum(1 for _ in cut(products))  # A product that is too big is found before anything is sent, and no chunk is held.
        head = {"marketplace": marketplace, "action": action, "account": account, "priority": priority}
        if chunk_count == 1:
            batch = self._read(Batch, await self._calls.post("/v1/batches", key, _body(head, *cut(products))))
            sent(len(products))
            return batch
        batch = self._read(Batch, await self._calls.post("/v1/batches", key, _body({**head, "item_count": len(products)})))
        for chunk in cut(products):
            if not await self._add(batch.id, key, chunk):
                return await self.batch(batch.id)
            sent(chunk.count)
        return batch

    async def _add(self, batch_id: str, key: str, chunk: Chunk) -> bool:
        """False where the batch takes no more because it has them all: the whole submit is a repeat."""
        try:
            await self._calls.post(_at("batches", batch_id, "items"), f"{key}.{chunk.sequence}", _body({"sequence": chunk.sequence}, chunk))
        except HawkerError as error:
            if error.status != CONFLICT or not (await self.batch(batch_id)).ended_whole:
                raise
            return False
        return True

    async def submit_one(
        self,
        product: Product,
        marketplace: Marketplace,
        *,
        action: Action = Action.PUBLISH,
        priority: Priority | None = None,
        account: str = "main",
        key: str | None = None,
    ) -> Job:
        """One job outside any batch."""
        head = {"marketplace": marketplace, "action": action, "account": account, "priority": priority}
        body = _body({**head, "product": product.model_dump(mode="json")})
        return self._read(Job, await self._calls.post("/v1/jobs", new_key() if key is None else key, body))

    async def batch(self, batch_id: str) -> Batch:
        return self._read(Batch, await self._calls.get(_at("batches", batch_id)))

    async def job(self, job_id: str) -> Job:
        return self._read(Job, await self._calls.get(_at("jobs", job_id)))

    async def task(self, job_id: str, position: int) -> Task:
        return self._read(Task, await self._calls.get(_at("tasks", f"{job_id}:{position}")))

    def batches(
        self, *, marketplace: Marketplace | None = None, status: BatchStatus | None = None, page_items: int = PAGE_ITEMS
    ) -> AsyncIterator[Page[Batch]]:
        """Newest first, page by page."""
        return self._pages(Page[Batch], "/v1/batches", page_items, marketplace=marketplace, status=status)

    def jobs(
        self,
        *,
        batch_id: str | None = None,
        marketplace: Marketplace | None = None,
        status: JobStatus | None = None,
        page_items: int = PAGE_ITEMS,
    ) -> AsyncIterator[Page[Job]]:
        return self._pages(Page[Job], "/v1/jobs", page_items, batch_id=batch_id, marketplace=marketplace, status=status)

    def tasks(
        self, *, job_id: str | None = None, status: TaskStatus | None = None, kind: TaskKind | None = None, page_items: int = PAGE_ITEMS
    ) -> AsyncIterator[Page[Task]]:
        return self._pages(Page[Task], "/v1/tasks", page_items, job_id=job_id, status=status, kind=kind)

    async def cancel_batch(self, batch_id: str, *, key: str | None = None) -> None:
        await self._calls.post(_at("batches", batch_id, "cancel"), new_key() if key is None else key)

    async def cancel_job(self, job_id: str, *, key: str | None = None) -> None:
        await self._calls.post(_at("jobs", job_id, "cancel"), new_key() if key is None else key)

    async def retry_job(self, job_id: str, *, key: str | None = None) -> None:
        await self._calls.post(_at("jobs", job_id, "retry"), new_key() if key is None else key)

    async def pause_job(self, job_id: str, *, key: str | None = None) -> None:
        await self._calls.post(_at("jobs", job_id, "pause"), new_key() if key is None else key)

    async def resume_job(self, job_id: str, *, key: str | None = None) -> None:
        await self._calls.post(_at("jobs", job_id, "resume"), new_key() if key is None else key)

    def dead_letters(
        self, which: LetterFilter | None = None, *, state: LetterState | None = None, page_items: int = PAGE_ITEMS
    ) -> AsyncIterator[Page[DeadLetter]]:
        """Newest first, page by page. An operator sees every tenant's, an admin the tenant's own, others none."""
        filters = (which or LetterFilter()).query()
        return self._pages(Page[DeadLetter], "/v1/dead-letters", page_items, state=state, **filters)

    async def dead_letter(self, origin: str) -> WholeLetter:
        return self._read(WholeLetter, await self._calls.get(_at("dead-letters", origin)))

    async def redrive(self, origins: Sequence[str], *, key: str | None = None) -> list[LetterResult]:
        """Gives them back to whom they were for. A letter of a job takes the job's other letters with it; again is harmless."""
        return await self._handle("redrive", origins, key)

    async def discard(self, origins: Sequence[str], *, key: str | None = None) -> list[LetterResult]:
        """Never uses them. A job whose last letter is discarded goes on without."""
        return await self._handle("discard", origins, key)

    async def parked_jobs(self) -> ParkedJobs:
        """Those that stand still because something about them broke the orchestrator."""
        return self._read(ParkedJobs, await self._calls.get("/v1/parked-jobs"))

    async def unpark(self, job_id: str, *, key: str | None = None) -> None:
        """Lets a job go that no letter speaks of."""
        await self._calls.post(_at("parked-jobs", job_id, "unpark"), new_key() if key is None else key)

    async def _handle(self, verb: str, origins: Sequence[str], key: str | None) -> list[LetterResult]:
        """In as many calls as it takes, in the order given. A letter that an earlier call took along is told once."""
        key = new_key() if key is None else key
        told: dict[str, LetterResult] = {}
        for number, some in enumerate(batched(origins, SELECTION_LETTERS_MAX, strict=False)):
            left = [origin for origin in some if origin not in told]
            if left:
                body = json.dumps({"origins": left}).encode()
                answer = self._read(LetterResults, await self._calls.post(_at("dead-letters", verb), f"{key}.{number}", body))
                told |= {one.origin: one for one in answer.results}
        return list(told.values())

    async def watch(self, batch_id: str, *, every_seconds: float = WATCH_SECONDS) -> AsyncIterator[Batch]:
        """The batch as it is now, and again every `every_seconds`; the last one has ended."""
        while True:
            batch = await self.batch(batch_id)
            yield batch
            if batch.has_ended:
                return
            await self._sleep(every_seconds)

    async def _pages[P: Page[Batch] | Page[Job] | Page[Task] | Page[DeadLetter]](
        self, page_type: type[P], path: str, page_items: int, **filters: str | None
    ) -> AsyncIterator[P]:
        params: dict[str, str | int] = {name: value for name, value in filters.items() if value is not None}
        params["limit"] = page_items
        while True:
            page = self._read(page_type, await self._calls.get(path, params))
            yield page
            if page.next_cursor is None:
                return
            params["cursor"] = page.next_cursor

    def _read[M: BaseModel](self, model: type[M], content: bytes) -> M:
        try:
            return model.model_validate_json(content)
        except ValidationError as fault:
            where = ".".join(map(str, fault.errors(include_input=False)[0]["loc"])) or "the body"
            raise not_understood(self._calls.url, f"{where} of a {model.__name__.lower()} cannot be read") from None


def new_key() -> str:
    """An Idempotency-Key of a call that was never made before."""
    return uuid.uuid4().hex


def _body(head: Mapping[str, object], chunk: Chunk | None = None) -> bytes:
    """JSON of what is known in `head`; the chunk's products are already JSON and are put in as they are."""
    written = json.dumps({name: value for name, value in head.items() if value is not None}, separators=(",", ":")).encode()
    return written if chunk is None else written[:-1] + b',"products":' + chunk.products + b"}"


def _at(*parts: str) -> str:
    """An id is one part of a path, whatever it holds."""
    return "/v1/" + "/".join(quote(part, safe=":") for part in parts)
