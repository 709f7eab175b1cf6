"""Whatever happened to a shard: a snapshot of any moment and the journal after it give the state that the whole journal gives, and the same decisions."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import cast

import pytest

from hawker.contracts.codec import FACTS, decode, encode
from hawker.contracts.facts import Fact
from orchestrator.core.apply import apply
from orchestrator.core.checksum import checksum
from orchestrator.core.state import Shard
from orchestrator.core.sweep import sweep
from orchestrator.core.turn import Turn
from orchestrator.dispatch.ready import Way
from orchestrator.shard.recover import cause_of
from orchestrator.snapshots.read import Reading
from orchestrator.snapshots.write import Writing
from tests.support.histories import Player, history, play
from tests.support.stories import Story

SEEDS = 16
TURNS = 50
TURNS_AFTER = 25
HISTORIES = sorted((Path(__file__).parents[3] / "contract" / "histories").glob("*.jsonl"))

type Journal = Sequence[tuple[Fact, str | None]]


def through_bytes(shard: Shard) -> Shard:
    reading = Reading()
    for chunk in Writing(shard).steps():
        if chunk is not None:
            reading.take(chunk)
    for _ in reading.ordering():
        pass
    return reading.shard


def fold(shard: Shard, journal: Journal) -> Shard:
    for fact, cause in journal:
        apply(shard, fact, cause_of(cause))
    return shard


def swept(shard: Shard) -> Shard:
    sweep(shard)
    return shard


def everything(shard: Shard) -> dict[str, object]:
    """All that later decisions may look at, in the order in which they look at it. The shard is used up."""
    timers = [(timer, due_at) for due_at, _, timer in sorted(shard.timers._heap)]
    ready = {lane: list(state.ready.take(lambda _: Way.OPEN, lambda _: True)) for lane, state in shard.lanes.items()}
    return {
        "jobs": list(shard.jobs.items()),
        "batches": list(shard.batches.items()),
        "pauses": shard.pauses,
        "sessions": shard.sessions,
        "parked": shard.parked,
        "answered": shard.answered,
        "positions": shard.positions,
        "windows": {lane: state.window for lane, state in shard.lanes.items()},
        "ready": ready,
        "timers": timers,
        "ages": list(shard.ages.items()),
        "live by batch": {name: list(live) for name, live in shard.live_by_batch.items() if live},
        "to forget": list(shard.to_forget),
        "counts": (shard.accepted_count, shard.announced_count),
        "checksum": checksum(shard),
    }


def as_read(story: Story) -> Journal:
    """From the bytes, as a new owner reads them."""
    return [(cast("Fact", decode(fact.type_name, encode(fact), FACTS)), cause) for fact, cause in story.written()]


def recorded(path: Path) -> Iterator[tuple[Fact, str | None]]:
    for line in path.read_text().splitlines()[:-1]:
        record = json.loads(line)
        yield cast("Fact", decode(record["type"], record["value"].encode(), FACTS)), record["cause"]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_snapshot_of_any_turn_and_the_journal_after_it_give_what_the_whole_journal_gives(seed: int) -> None:
    lived = history(Player(Random(seed)), TURNS)
    journal = as_read(lived.story)
    whole = everything(swept(fold(Shard(), journal)))
    for facts, copy in lived.copies:
        assert everything(swept(fold(through_bytes(copy), journal[facts:]))) == whole, f"seed {seed}, {facts} facts"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_snapshot_of_any_fact_and_the_journal_after_it_give_what_the_whole_journal_gives(seed: int) -> None:
    journal = as_read(history(Player(Random(seed)), TURNS).story)
    whole, folded = everything(swept(fold(Shard(), journal))), Shard()
    for cut in range(0, len(journal), max(1, len(journal) // 40)):
        folded = fold(Shard(), journal[:cut])
        assert everything(swept(fold(through_bytes(folded), journal[cut:]))) == whole, f"seed {seed}, cut at {cut}"


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_journal_of_a_released_version_may_be_cut_anywhere(path: Path) -> None:
    journal = list(recorded(path))
    whole = everything(swept(fold(Shard(), journal)))
    for cut in range(len(journal) + 1):
        assert everything(swept(fold(through_bytes(fold(Shard(), journal[:cut])), journal[cut:]))) == whole, f"cut at {cut}"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_who_began_with_a_snapshot_decides_like_who_read_the_whole_journal(seed: int) -> None:
    player = Player(Random(seed))
    lived = history(player, TURNS)
    journal = as_read(lived.story)
    facts, copy = lived.copies[seed * TURNS // SEEDS]
    replayed = Story(swept(fold(Shard(), journal)), lived.story.now, _offset=lived.story._offset)
    loaded = Story(swept(fold(through_bytes(copy), journal[facts:])), lived.story.now, _offset=lived.story._offset)
    for _ in range(TURNS_AFTER):
        move = player.move(replayed)
        assert_same(play(replayed, move), play(loaded, move))
        loaded.take_commands()
    assert checksum(replayed.shard) == checksum(loaded.shard)


def assert_same(one: Turn, other: Turn) -> None:
    assert one.facts == other.facts
    assert one.commands == other.commands


def test_the_histories_have_something_of_everything() -> None:
    shards = [history(Player(Random(seed)), TURNS).story.shard for seed in range(SEEDS)]
    names = ("jobs", "batches", "pauses", "sessions", "parked", "answered", "ages", "to_forget")
    assert [name for name in names if not any(getattr(shard, name) for shard in shards)] == []
    kinds = {type(job).__name__ for shard in shards for job in shard.jobs.values()}
    assert kinds == {"Active", "Resting", "Paused", "Stopped", "Gone"}
    tasks = {type(task).__name__ for shard in shards for job in shard.jobs.values() for task in getattr(job, "tasks", ())}
    assert tasks == {"Waiting", "Running", "Succeeded", "Failed", "TimedOut"}
