"""What a shard relies on, of the memory log and of the real Kafka alike: what holds here may be simulated there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Recorded
from hawker.contracts.topics import Lane
from hawker.contracts.words import Marketplace
from hawker.kafka.errors import Fenced
from orchestrator.core.decide import Input
from orchestrator.shard.seams import Inbox, JournalWriter
from orchestrator.shard.service import Member
from tests.contract.log.logs import AnyLog
from tests.integration.kafka import log

SHARD = 0
TENANT = log.tenant_of(SHARD)
PATIENCE_SECONDS = 60.0


@asynccontextmanager
async def writing(any_log: AnyLog, partition: int = SHARD) -> AsyncIterator[JournalWriter]:
    writer = any_log.writer(partition)
    await writer.open()
    try:
        yield writer
    finally:
        await writer.close()


@asynccontextmanager
async def reading(any_log: AnyLog, **positions: int) -> AsyncIterator[Inbox]:
    inbox = any_log.inbox(SHARD)
    await inbox.seek({getattr(any_log.topics, name): offset for name, offset in positions.items()})
    try:
        yield inbox
    finally:
        await inbox.close()


async def facts(any_log: AnyLog, partition: int = SHARD, start: int = 0) -> list[Recorded[Fact]]:
    reader = any_log.reader()
    return [one async for page in reader.read(partition, start, await reader.end(partition)) for one in page]


async def jobs(any_log: AnyLog, partition: int = SHARD) -> list[str]:
    return log.names(await facts(any_log, partition))


async def take(inbox: Inbox, count: int) -> list[Recorded[Input]]:
    found: list[Recorded[Input]] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(found) < count:
            found += await inbox.take(500, 1.0)
    return found


async def test_facts_and_commands_of_one_transaction_are_there_together_and_in_order(any_log: AnyLog) -> None:
    async with writing(any_log) as writer:
        await writer.commit([log.fact("a"), log.fact("b")], [log.command("c"), log.command("d", Marketplace.ETSY)])
    assert await jobs(any_log) == ["a", "b"]
    assert [name for _, name in await any_log.commands(Lane.EBAY)] == ["c:0:1"]
    assert [name for _, name in await any_log.commands(Lane.ETSY)] == ["d:0:1"]


async def test_a_fact_comes_back_with_its_place_and_its_whole_envelope(any_log: AnyLog) -> None:
    written = log.fact("a")
    async with writing(any_log) as writer:
        await writer.commit([written], [])
    (found,) = await facts(any_log)
    assert found == Recorded(any_log.topics.journal, SHARD, 0, written.envelope, written.message)


async def test_a_transaction_of_nothing_writes_nothing(any_log: AnyLog) -> None:
    async with writing(any_log) as writer:
        await writer.commit([], [])
    assert await any_log.reader().end(SHARD) == 0


async def test_a_second_writer_fences_the_first_which_then_writes_nothing(any_log: AnyLog) -> None:
    async with writing(any_log) as first, writing(any_log) as second:
        with pytest.raises(Fenced):
            await first.commit([log.fact("late")], [log.command("late")])
        await second.commit([log.fact("a")], [])
    assert await jobs(any_log) == ["a"]
    assert await any_log.commands(Lane.EBAY) == []


async def test_a_writer_that_failed_is_never_used_again(any_log: AnyLog) -> None:
    async with writing(any_log) as first, writing(any_log):
        with pytest.raises(Fenced):
            await first.commit([log.fact("late")], [])
        with pytest.raises(AssertionError):
            await first.commit([log.fact("later")], [])


async def test_writers_of_different_shards_do_not_fence_each_other(any_log: AnyLog) -> None:
    async with writing(any_log, 0) as one, writing(any_log, 1) as other:
        await one.commit([log.fact("a")], [])
        await other.commit([log.fact("b")], [])
    assert (await jobs(any_log, 0), await jobs(any_log, 1)) == (["a"], ["b"])


async def test_each_transactions_end_takes_an_offset_that_is_never_given_out(any_log: AnyLog) -> None:
    async with writing(any_log) as writer:
        for name in "abc":
            await writer.commit([log.fact(name)], [])
    assert [fact.offset for fact in await facts(any_log)] == [0, 2, 4]
    assert await any_log.reader().end(SHARD) == 6
    assert await facts(any_log, start=5) == []


async def test_an_open_transaction_is_not_seen_and_holds_the_end_back(any_log: AnyLog) -> None:
    async with writing(any_log) as writer:
        await writer.commit([log.fact("settled")], [])
    async with any_log.half_written(SHARD, log.fact("open")):
        assert await jobs(any_log) == ["settled"]
        assert await any_log.reader().end(SHARD) == 2


async def test_the_next_owner_settles_what_the_former_left_open_and_it_is_never_seen(any_log: AnyLog) -> None:
    async with any_log.half_written(SHARD, log.fact("open")), writing(any_log) as writer:
        end = await any_log.reader().end(SHARD)
        assert end == 2, "the aborted fact and its marker"
        await writer.commit([log.fact("a")], [])
        assert [fact.offset for fact in await facts(any_log)] == [2]


async def test_a_transactions_commands_share_a_partition_and_the_next_transaction_takes_the_next(any_log: AnyLog) -> None:
    async with writing(any_log) as writer:
        for name in "ab":
            await writer.commit([], [log.command(f"{name}1"), log.command(f"{name}2")])
    assert await any_log.commands(Lane.EBAY) == [(0, "a1:0:1"), (0, "a2:0:1"), (1, "b1:0:1"), (1, "b2:0:1")]


async def test_a_command_with_a_partition_of_its_own_goes_there(any_log: AnyLog) -> None:
    async with writing(any_log) as writer:
        await writer.commit([], [log.command("a", Marketplace.FLEA, partition=3)])
    assert await any_log.commands(Lane.PLUGIN) == [(3, "a:0:1")]


async def test_an_inbox_gives_outcomes_before_requests_each_in_order(any_log: AnyLog) -> None:
    await any_log.say(any_log.topics.requests, log.request("r1", TENANT), log.request("r2", TENANT))
    await any_log.say(any_log.topics.outcomes, log.outcome("o1", TENANT), log.outcome("o2", TENANT))
    async with reading(any_log) as inbox:
        found = await take(inbox, 4)
    by_topic = {topic: [one for one in found if one.topic == topic] for topic in {one.topic for one in found}}
    assert log.names(by_topic[any_log.topics.requests]) == ["r1", "r2"]
    assert log.names(by_topic[any_log.topics.outcomes]) == ["o1", "o2"]
    assert [one.offset for one in by_topic[any_log.topics.outcomes]] == [0, 1]


async def test_an_inbox_begins_where_it_is_told_and_at_the_earliest_where_nothing_is_said(any_log: AnyLog) -> None:
    await any_log.say(any_log.topics.requests, *[log.request(f"r{n}", TENANT) for n in range(3)])
    await any_log.say(any_log.topics.outcomes, log.outcome("o0", TENANT))
    async with reading(any_log, requests=2) as inbox:
        assert sorted(log.names(await take(inbox, 2))) == ["o0", "r2"]


async def test_what_retention_deleted_is_not_there_and_the_rest_keeps_its_place(any_log: AnyLog) -> None:
    await any_log.say(any_log.topics.requests, *[log.request(f"r{n}", TENANT) for n in range(4)])
    await any_log.delete_before(any_log.topics.requests, SHARD, 2)
    async with reading(any_log) as inbox:
        found = await take(inbox, 2)
    assert [(one.offset, *log.names([one])) for one in found] == [(2, "r2"), (3, "r3")]


async def test_a_position_that_retention_has_overtaken_begins_at_what_is_left(any_log: AnyLog) -> None:
    await any_log.say(any_log.topics.requests, *[log.request(f"r{n}", TENANT) for n in range(4)])
    await any_log.delete_before(any_log.topics.requests, SHARD, 3)
    async with reading(any_log, requests=1) as inbox:
        assert log.names(await take(inbox, 1)) == ["r3"]


async def test_what_was_deleted_stays_so_when_less_is_to_be_deleted(any_log: AnyLog) -> None:
    await any_log.say(any_log.topics.requests, *[log.request(f"r{n}", TENANT) for n in range(4)])
    for offset in (3, 1):
        await any_log.delete_before(any_log.topics.requests, SHARD, offset)
    async with reading(any_log) as inbox:
        assert log.names(await take(inbox, 1)) == ["r3"]


async def test_offsets_go_on_where_everything_was_deleted(any_log: AnyLog) -> None:
    await any_log.say(any_log.topics.requests, *[log.request(f"r{n}", TENANT) for n in range(3)])
    await any_log.delete_before(any_log.topics.requests, SHARD, 3)
    async with reading(any_log) as inbox:
        assert list(await inbox.take(10, 0.05)) == []
        await any_log.say(any_log.topics.requests, log.request("r3", TENANT))
        assert [one.offset for one in await take(inbox, 1)] == [3]


async def test_a_take_of_nothing_ends_with_its_wait(any_log: AnyLog) -> None:
    async with reading(any_log) as inbox:
        assert list(await inbox.take(10, 0.05)) == []


async def test_a_waiting_take_returns_with_the_first_that_comes(any_log: AnyLog) -> None:
    async with reading(any_log) as inbox:
        waiting = asyncio.create_task(inbox.take(10, PATIENCE_SECONDS))
        await asyncio.sleep(0.05)
        await any_log.say(any_log.topics.outcomes, log.outcome("o1", TENANT))
        async with asyncio.timeout(PATIENCE_SECONDS / 2):
            assert log.names(await waiting) == ["o1"]


class Heard:
    """A member of the group and everything it was told."""

    def __init__(self, any_log: AnyLog) -> None:
        self.said: list[frozenset[int]] = []
        self.drains = 0
        self.member: Member = any_log.member(self.said.append, self._drain)

    @property
    def owned(self) -> frozenset[int]:
        return self.said[-1] if self.said else frozenset()

    async def _drain(self) -> None:
        self.drains += 1


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():
            await asyncio.sleep(0.02)


async def test_members_share_the_partitions_let_go_of_all_first_and_take_over_from_who_leaves(any_log: AnyLog) -> None:
    first, second = Heard(any_log), Heard(any_log)
    await first.member.start()
    assert first.owned == frozenset(range(4))
    await second.member.start()
    await until(lambda: len(first.owned) == 2 == len(second.owned))
    assert first.owned | second.owned == frozenset(range(4))
    assert frozenset() in first.said[1:], "a rebalance begins with nothing"
    assert first.drains >= 1
    await second.member.stop()
    assert second.owned == frozenset()
    await until(lambda: first.owned == frozenset(range(4)))
    await first.member.stop()
