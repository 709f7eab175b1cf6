"""The people of a round: each tenant's, who submit to all marketplaces and change their minds, and ask until they are answered.

Which wish comes next is the seed's; how long an answer takes is the stack's. They judge no answer but what no gateway should give.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from hawker.contracts.words import Action, BatchStatus, JobStatus, Marketplace
from tests.chaos.evidence import Asked, Intake, Wish
from tests.support.street import goods

ANSWER_SECONDS_MAX = 20.0
"""Of one try: longer than the gateway's own limit for the log."""
PATIENCE_SECONDS_MAX = 150.0
"""Of one wish, repeated with the same key: longer than anything is away."""
RETRY_SECONDS_MAX = 2.0
PAUSE_SECONDS = (0.3, 1.2)
"""Between two wishes of one tenant."""
OPEN_JOBS_MAX = 60
"""Of one tenant; with more under way nothing new is submitted, so that a round's end is near its last wish."""
BATCH_ITEMS = (2, 9)
LISTED_MAX = 20

AGAIN = frozenset({429, 502, 503, 504})
YES, STATE, MISSING = 202, 409, 404
OPEN = (JobStatus.PENDING, JobStatus.RUNNING, JobStatus.PAUSED)
OPEN_BATCHES = (BatchStatus.PENDING, BatchStatus.RUNNING)
CHOICES: Mapping[Asked, float] = {
    Asked.BATCH: 6,
    Asked.JOB: 1.5,
    Asked.PAUSE: 1.5,
    Asked.RESUME: 1.5,
    Asked.CANCEL: 0.7,
    Asked.RETRY: 1,
    Asked.CANCEL_BATCH: 0.3,
}
FITS: Mapping[Asked, Sequence[JobStatus]] = {
    Asked.PAUSE: (JobStatus.RUNNING, JobStatus.PENDING),
    Asked.RESUME: (JobStatus.PAUSED,),
    Asked.CANCEL: (JobStatus.RUNNING, JobStatus.PENDING),
    Asked.RETRY: (JobStatus.FAILED, JobStatus.EXPIRED),
}

type Json = dict[str, Any]  # Any: JSON of the gateway


class Person:
    """One tenant's. `gateways` are tried in turn: a wish may be answered by another than the one that first heard it."""

    def __init__(self, tenant: str, token: str, gateways: Sequence[str], seed: int, turn: int) -> None:
        """`turn` is the marketplace that they begin with, so that the first wishes of three people go to all three."""
        self.tenant = tenant
        self._gateways = gateways
        self._chance = random.Random(f"{seed} {tenant}")
        self._http = httpx.AsyncClient(headers={"authorization": f"Bearer {token}"}, timeout=ANSWER_SECONDS_MAX, trust_env=False)
        self._turn = turn
        self._numbers = 0
        self._batches = 0
        self._alone: set[str] = set()
        self._wishes: list[Wish] = []
        self._unanswered: list[str] = []
        self._odd: list[str] = []
        self._answers: Counter[str] = Counter()

    async def live(self, end: asyncio.Event) -> None:
        """Wish after wish until `end`; the one under way is still answered."""
        await self._submit(Asked.BATCH)
        while not end.is_set():
            await self._wish(self._chance.choices(list(CHOICES), list(CHOICES.values()))[0])
            await asyncio.sleep(self._chance.uniform(*PAUSE_SECONDS))

    async def resume_all(self) -> None:
        """What was paused on the way must not stay so."""
        for job_id in await self._jobs(JobStatus.PAUSED):
            await self._control(Asked.RESUME, job_id)

    async def has_open_work(self) -> bool:
        """Also when that cannot be said now, and while something that was accepted is not yet to be seen."""
        batches = await self._totals("/v1/batches?limit=1")
        if batches is None or any(batches[status] for status in OPEN_BATCHES) or batches.total() < self._batches:
            return True
        for job_id in list(self._alone):
            found = await self._read(f"/v1/jobs/{job_id}")
            if found is None or found["status"] in OPEN:
                return True
            self._alone.discard(job_id)
        return await self._open_jobs() != 0

    def intake(self) -> Intake:
        return Intake(tuple(self._wishes), tuple(self._unanswered), tuple(self._odd), dict(self._answers))

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _wish(self, asked: Asked) -> None:
        if asked in {Asked.BATCH, Asked.JOB}:
            open_jobs = await self._open_jobs()
            if open_jobs is None or open_jobs <= OPEN_JOBS_MAX:  # Submitting must go on when reading does not.
                await self._submit(asked)
        elif asked is Asked.CANCEL_BATCH:
            if found := await self._read("/v1/batches?status=running&limit=5"):
                await self._control(asked, *(batch["id"] for batch in found["items"][:1]))
        else:
            jobs = await self._jobs(self._chance.choice(FITS[asked]))
            await self._control(asked, *self._chance.sample(jobs, min(1, len(jobs))))

    async def _submit(self, asked: Asked) -> None:
        marketplace = list(Marketplace)[(self._turn + self._numbers) % len(Marketplace)]
        count = 1 if asked is Asked.JOB else self._chance.randint(*BATCH_ITEMS)
        self._numbers += 1
        products = [one.model_dump(mode="json") for one in goods(f"{self.tenant}-{marketplace}-{self._numbers}", count)]
        body: Json = {"marketplace": marketplace, "action": Action.PUBLISH, "priority": self._chance.choice([1, 2, 3, 3, 3, 4])}
        body |= {"product": products[0]} if asked is Asked.JOB else {"products": products}
        answered = await self._ask(asked, "/v1/jobs" if asked is Asked.JOB else "/v1/batches", body)
        if answered is not None:
            answer, took_seconds = answered
            if asked is Asked.JOB:
                self._alone.add(answer["id"])
            else:
                self._batches += 1
            self._wishes.append(Wish(asked, self.tenant, answer["id"], None, count, took_seconds))

    async def _control(self, asked: Asked, *subjects: str) -> None:
        for subject in subjects:
            path = f"/v1/batches/{subject}/cancel" if asked is Asked.CANCEL_BATCH else f"/v1/jobs/{subject}/{asked}"
            answered = await self._ask(asked, path, None)
            if answered is not None:
                answer, took_seconds = answered
                self._wishes.append(Wish(asked, self.tenant, subject, answer["request_id"], 0, took_seconds))

    async def _ask(self, asked: Asked, path: str, body: Json | None) -> tuple[Json, float] | None:
        """The yes and how long it took; None for a no. Asks with one key until there is an answer."""
        key, began, tries = f"{self._chance.getrandbits(64):x}", time.monotonic(), self._chance.randrange(len(self._gateways))
        while (seconds := time.monotonic() - began) < PATIENCE_SECONDS_MAX:
            response = await self._try(self._gateways[tries % len(self._gateways)] + path, key, body)
            if response is not None and response.status_code not in AGAIN:
                return self._settled(asked, path, response, time.monotonic() - began)
            tries += 1
            await asyncio.sleep(self._chance.uniform(0.2, RETRY_SECONDS_MAX))
        self._unanswered.append(f"{asked} at {path} within {seconds:.0f} s")
        return None

    async def _try(self, url: str, key: str, body: Json | None) -> httpx.Response | None:
        try:
            response = await self._http.post(url, json=body, headers={"idempotency-key": key})
        except httpx.TransportError as fault:
            self._answers[type(fault).__name__] += 1
            return None
        self._answers[str(response.status_code)] += 1
        if response.status_code in AGAIN and "retry-after" not in response.headers:
            self._odd.append(f"{response.status_code} of {url} without Retry-After")
        return response

    def _settled(self, asked: Asked, path: str, response: httpx.Response, seconds: float) -> tuple[Json, float] | None:
        if response.status_code == YES:
            return response.json(), seconds
        if response.status_code != STATE and not (response.status_code == MISSING and asked not in {Asked.BATCH, Asked.JOB}):
            self._odd.append(f"{response.status_code} to {asked} at {path}: {response.text[:200]}")
        return None

    async def _open_jobs(self) -> int | None:
        totals = await self._totals("/v1/jobs?limit=1")
        return None if totals is None else sum(totals[status] for status in OPEN)

    async def _totals(self, path: str) -> Counter[str] | None:
        found = await self._read(path)
        return None if found is None else Counter[str](found["totals"])

    async def _jobs(self, status: JobStatus) -> list[str]:
        found = await self._read(f"/v1/jobs?status={status}&limit={LISTED_MAX}")
        return [] if found is None else [job["id"] for job in found["items"]]

    async def _read(self, path: str) -> Json | None:
        try:
            response = await self._http.get(self._chance.choice(self._gateways) + path)
        except httpx.TransportError:
            return None
        if response.status_code >= 500 and response.status_code not in AGAIN:
            self._odd.append(f"{response.status_code} of {path}: {response.text[:200]}")
        return response.json() if response.is_success else None


def together(people: Sequence[Person]) -> Intake:
    """What all of them saw."""
    each = [person.intake() for person in people]
    answers = sum((Counter(one.answers) for one in each), Counter[str]())
    return Intake(
        wishes=[wish for one in each for wish in one.wishes],
        unanswered=[text for one in each for text in one.unanswered],
        odd=[text for one in each for text in one.odd],
        answers=dict(answers),
    )
