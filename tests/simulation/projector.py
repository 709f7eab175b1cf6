"""Projectors of the simulation: pages of the journal into tables in memory. They die, read pages again, and cut them anew; rows never go back."""

import asyncio

from hawker.testing.journal import MemoryJournalReader
from hawker.testing.log import MemoryLog
from orchestrator.projections.fold import fold
from tests.invariants.tables import Table, Tables
from tests.simulation.faults import Fault
from tests.simulation.scene import Scene

PAGE_FACTS = (1, 7, 60)
PAUSE_SECONDS_MAX = 3.0
BACK_MAX = 40
"""So many offsets back a repeated page may begin."""


class Projector:
    """Of one partition."""

    def __init__(self, partition: int, log: MemoryLog, scene: Scene) -> None:
        self.tables = Tables()
        self._partition = partition
        self._reader = MemoryJournalReader(log)
        self._scene = scene
        self._position = 0
        self._seen: dict[tuple[object, ...], int] = {}

    async def run(self) -> None:
        chance = self._scene.chance
        while True:
            await asyncio.sleep(chance.uniform(0, PAUSE_SECONDS_MAX))
            if self._scene.strikes(Fault.PAGE_AGAIN, f"journal/{self._partition}"):
                self._position = max(0, self._position - chance.randint(1, BACK_MAX))
            await self.take(chance.choice(PAGE_FACTS))

    async def take(self, facts_max: int) -> bool:
        """One page. Whether there was one."""
        end = await self._reader.end(self._partition)
        page = [
            one async for some in self._reader.read(self._partition, self._position, min(end, self._position + facts_max)) for one in some
        ]
        if not page and self._position >= end:
            return False
        self.tables.write(fold(page))
        self._position = min(end, self._position + facts_max)
        self._check()
        return True

    def _check(self) -> None:
        """Raises BrokenError when a row went back, or a count is no sum."""
        self.tables.check_counts()
        for name, table in (("batch", self.tables.batches), ("job", self.tables.jobs), ("task", self.tables.tasks)):
            self._check_onward(name, table)

    def _check_onward(self, name: str, table: Table) -> None:
        for key, row in table.items():
            offset = row["journal_offset"]
            assert self._seen.get((name, *key), -1) <= offset, f"rows never go back: {name} {key}"
            self._seen[name, *key] = offset
