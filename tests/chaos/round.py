"""One round as a story: people submit while processes are hit; then all is let go, everything ends, and what it left behind is collected.

Each step has a limit of its own, and says when it was reached; what that means is the verdict's to say.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import httpx

from local_stack import readiness
from local_stack.demo_faults import FAULTS
from local_stack.stack import Stack
from local_stack.wait import NotReadyError, wait_until
from tests.chaos import collect
from tests.chaos.cluster import wait_until_in_sync
from tests.chaos.evidence import Evidence, Hit
from tests.chaos.people import Person, together
from tests.chaos.plan import Plan
from tests.chaos.scene import SELLERS, TARGETS
from tests.chaos.strikes import Striker

WEATHER_EVERY_SECONDS = 20.0
"""So often the stand-ins are told to misbehave again."""
SKIP_MAX = 2
"""So many calls pass before one is disturbed: on a busy machine few come between two strikes."""
LAST_WISH_SECONDS_MAX = 180.0
HEAL_SECONDS_MAX = 120.0
END_SECONDS_MAX = 300.0
"""From the last fault to the end of every job."""
CATCH_UP_SECONDS_MAX = 60.0
LOOK_SECONDS = 1.0

type Say = Callable[[str], None]


class Round:
    """Played once. `hits` is the story so far, for whoever is told of a failure in the middle."""

    def __init__(self, stack: Stack, plan: Plan, say: Say, hit: Callable[[Hit], None]) -> None:
        self._stack = stack
        self._plan = plan
        self._say = say
        gateways = [stack.addresses.api_url_of(number) for number in range(1, 1 + len(TARGETS["gateway"]))]
        tokens = {seller.tenant: stack.addresses.keys.token(seller.tenant) for seller in SELLERS}
        self._people = [Person(tenant, token, gateways, plan.seed, turn) for turn, (tenant, token) in enumerate(tokens.items())]
        self._striker = Striker(stack, plan, hit)
        self._unhealed: list[str] = []

    @property
    def hits(self) -> Sequence[Hit]:
        return self._striker.hits

    async def play(self) -> Evidence:
        try:
            await self._strike()
            fired = (await collect.stand_ins(self._stack)).fired
            await self._heal()
            await self._wait_for_the_end()
            await self._rest()
            return await self._evidence(fired)
        finally:
            for person in self._people:
                await person.aclose()

    async def _strike(self) -> None:
        """The plan and the people side by side; then the people are answered."""
        end = asyncio.Event()
        weather = asyncio.create_task(_weather(self._stack))
        living = [asyncio.create_task(person.live(end)) for person in self._people]
        self._say("Striking")
        try:
            await self._striker.run()
            end.set()
            self._say("Waiting for the last answers")
            done, _ = await asyncio.wait(living, timeout=LAST_WISH_SECONDS_MAX)
            for life in done:
                life.result()
        finally:
            for task in (weather, *living):
                task.cancel()
            await asyncio.gather(weather, *living, return_exceptions=True)

    async def _heal(self) -> None:
        """No more faults; everything is there again, or it is remembered what is not."""
        self._say("Everything heals")
        async with httpx.AsyncClient(base_url=self._stack.addresses.site("control"), trust_env=False) as control:
            (await control.delete("/faults")).raise_for_status()
        if not await wait_until_in_sync(self._stack.kafka_settings):
            self._unhealed.append("the brokers' copies are not in sync")
        for number, name in enumerate(TARGETS["gateway"], 1):
            ready = partial(readiness.is_ready, f"{self._stack.addresses.api_url_of(number)}{readiness.READY_PATH}")
            try:
                await asyncio.to_thread(wait_until, ready, name, seconds_max=HEAL_SECONDS_MAX)
            except NotReadyError as fault:
                self._unhealed.append(str(fault))

    async def _wait_for_the_end(self) -> None:
        self._say("Waiting until every job has ended")
        limit = time.monotonic() + END_SECONDS_MAX
        while time.monotonic() < limit:
            for person in self._people:
                await person.resume_all()
            if not any([await person.has_open_work() for person in self._people]):
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _rest(self) -> None:
        """The orchestrators let their shards go and say what is in them; the read models come to the end of the journal."""
        self._say("Coming to rest")
        for name in (*TARGETS["orchestrator"], *TARGETS["gateway"]):
            await asyncio.to_thread(self._striker.end, name)
        ends = {shard: facts[-1].offset + 1 for shard, facts in (await collect.journal(self._stack.kafka_settings)).items() if facts}
        limit = time.monotonic() + CATCH_UP_SECONDS_MAX
        while time.monotonic() < limit and not _reached(await collect.positions(self._stack), ends):
            await asyncio.sleep(LOOK_SECONDS)
        for name in TARGETS["projector"]:
            await asyncio.to_thread(self._striker.end, name)

    async def _evidence(self, fired: Mapping[str, int]) -> Evidence:
        self._say("Reading what it left behind")
        stack, kafka = self._stack, self._stack.kafka_settings
        counted = await collect.stand_ins(stack)
        return Evidence(
            plan=self._plan,
            targets=TARGETS,
            hits=tuple(self._striker.hits),
            intake=together(self._people),
            journal=await collect.journal(kafka),
            commands=await collect.commands(kafka),
            outcomes=await collect.outcomes(kafka),
            letters=await collect.letters(kafka),
            told=collect.told(stack),
            stand_ins=type(counted)(counted.counts, fired),
            rows=await collect.rows(stack),
            forced=tuple(self._striker.forced),
            unhealed=tuple(self._unhealed),
        )


def _reached(positions: Mapping[int, int], ends: Mapping[int, int]) -> bool:
    return all(positions.get(shard, 0) >= end for shard, end in ends.items())


async def _weather(stack: Stack) -> None:
    """What the stand-ins do wrong, again and again."""
    async with httpx.AsyncClient(base_url=stack.addresses.site("control"), trust_env=False) as control:
        while True:
            for fault in FAULTS:
                soon = {**fault, "skip": min(SKIP_MAX, int(fault.get("skip", 0)))}
                (await control.post("/faults", json=soon)).raise_for_status()
            await asyncio.sleep(WEATHER_EVERY_SECONDS)
