"""A verdict that cannot fail is none: a round that went well, and then each promise broken once in what it left behind."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hawker.contracts.facts import Fact, JobAccepted, JobCompleted, TaskCompleted
from hawker.contracts.outcomes import TaskSucceeded
from hawker.contracts.recorded import Recorded
from orchestrator.core.checksum import checksum
from tests.chaos.evidence import Asked, Evidence, Hit, Intake, Letter, Rows, StandIns, Told, Wish
from tests.chaos.plan import Fault, Plan, Strike
from tests.chaos.report import summary
from tests.chaos.verdict import Promise, judge, read, transactions
from tests.support.stories import TENANT, Story, batch_requested, items_added, job_requested

KILL = Strike(1.0, "kafka", "kafka", Fault.KILL)
TARGETS = {"kafka": ("kafka",)}
WISHES = (Wish(Asked.BATCH, TENANT, "batch-1", None, 2, 0.1), Wish(Asked.JOB, TENANT, "alone", None, 1, 0.1))


def a_good_story() -> Story:
    return Story().tell(batch_requested(), items_added("mug", "cup"), job_requested("alone")).work_through()


def journal_of(story: Story) -> list[Recorded[Fact]]:
    """As Kafka keeps it: the marker of each transaction takes an offset."""
    found: list[Recorded[Fact]] = []
    for turn in story.turns:
        start = found[-1].offset + 2 if found else 0
        found += [Recorded("hawker.journal", 0, start + n, out.envelope, out.message) for n, out in enumerate(turn.facts)]
    return found


def evidence() -> Evidence:
    story = a_good_story()
    journal = journal_of(story)
    return Evidence(
        plan=Plan(1, 60, (KILL,)),
        targets=TARGETS,
        hits=(Hit(KILL, confirmed=True, gone_seconds=3),),
        intake=Intake(WISHES),
        journal={0: journal},
        commands=[out.message for turn in story.turns for out in turn.commands],
        outcomes={},
        letters=(),
        told=(Told(0, checksum(story.shard), dict(story.shard.positions)),),
        stand_ins=StandIns({"ebay": {"duplicates": 0, "listings": 3}}, {"throttle": 1}),
        rows=Rows({0: journal[-1].offset + 1}, {"jobs": 0}),
    )


GOOD = evidence()


def broken(found: Evidence) -> set[Promise]:
    return {finding.promise for finding in judge(found, read(found))}


def with_journal(journal: Sequence[Recorded[Fact]]) -> Evidence:
    return replace(GOOD, journal={0: journal})


def without(*kinds: type[Fact]) -> list[Recorded[Fact]]:
    """The last fact of these kinds never was."""
    index = max(n for n, recorded in enumerate(GOOD.journal[0]) if isinstance(recorded.message, kinds))
    return [*GOOD.journal[0][:index], *GOOD.journal[0][index + 1 :]]


def test_a_round_that_went_well_has_no_finding() -> None:
    assert judge(GOOD, read(GOOD)) == []


def test_each_gap_between_offsets_is_the_end_of_a_transaction() -> None:
    told = [len(turn.facts) for turn in a_good_story().turns if turn.facts]
    assert [len(transaction) for transaction in transactions(GOOD.journal[0])] == told


@pytest.mark.parametrize(
    ("found", "promise"),
    [
        (replace(GOOD, hits=(Hit(KILL, confirmed=False, note="it lives"),)), Promise.FIRED),
        (replace(GOOD, hits=()), Promise.FIRED),
        (replace(GOOD, stand_ins=StandIns(GOOD.stand_ins.counts, {"throttle": 0})), Promise.FIRED),
        (replace(GOOD, targets={**TARGETS, "gateway": ("gateway",)}), Promise.COVERED),
        (replace(GOOD, unhealed=("gateway",)), Promise.HEALED),
        (replace(GOOD, forced=("gateway was killed",)), Promise.PEACE),
        (replace(GOOD, journal={0: []}), Promise.CARRIED),
        (replace(GOOD, intake=Intake(WISHES, unanswered=("batch",))), Promise.ANSWERED),
        (replace(GOOD, intake=Intake(WISHES, odd=("500",))), Promise.ANSWERED),
        (replace(GOOD, intake=Intake((*WISHES, Wish(Asked.JOB, TENANT, "lost", None, 1, 0.1)))), Promise.ANSWERED),
        (replace(GOOD, intake=Intake((*WISHES, Wish(Asked.PAUSE, TENANT, "alone", "wish-1", 0, 0.1)))), Promise.ANSWERED),
        (replace(GOOD, intake=Intake((*WISHES, Wish(Asked.CANCEL_BATCH, TENANT, "batch-1", "wish-2", 0, 0.1)))), Promise.ANSWERED),
        (replace(GOOD, intake=Intake((Wish(Asked.BATCH, TENANT, "batch-1", None, 3, 0.1),))), Promise.ANSWERED),
        (with_journal(without(JobCompleted)), Promise.ENDED),
        (replace(GOOD, stand_ins=StandIns({"ebay": {"duplicates": 1, "listings": 3}}, {"throttle": 1})), Promise.EFFECT_ONCE),
        (replace(GOOD, stand_ins=StandIns({"ebay": {"duplicates": 0, "listings": 2}}, {"throttle": 1})), Promise.EFFECT_THERE),
        (with_journal(without(JobAccepted)), Promise.JOURNAL),
        (with_journal(without(TaskCompleted)), Promise.JOURNAL),
        (with_journal([*GOOD.journal[0], replace(GOOD.journal[0][-1], offset=10_000)]), Promise.JOURNAL),
        (replace(GOOD, commands=GOOD.commands[1:]), Promise.JOURNAL),
        (replace(GOOD, commands=[*GOOD.commands, GOOD.commands[0]]), Promise.JOURNAL),
        (replace(GOOD, commands=[*GOOD.commands, GOOD.commands[0].model_copy(update={"attempt": 9})]), Promise.JOURNAL),
        (replace(GOOD, told=(Told(0, "another", GOOD.told[0].positions),)), Promise.LIVE),
        (replace(GOOD, told=()), Promise.LIVE),
        (replace(GOOD, rows=Rows({0: 1}, {})), Promise.ROWS),
        (replace(GOOD, rows=Rows(GOOD.rows.positions, {"jobs": 1})), Promise.ROWS),
        (replace(GOOD, letters=(Letter("hawker.requests/0/1", "it raised"),)), Promise.LETTERS),
    ],
)
def test_each_broken_promise_is_found(found: Evidence, promise: Promise) -> None:
    assert promise in broken(found)


def test_an_outcome_that_is_another_attempts_is_found() -> None:
    done = next(recorded for recorded in GOOD.journal[0] if isinstance(recorded.message, TaskCompleted))
    other = TaskSucceeded(tenant_id=TENANT, job_id="another", position=0, attempt=1, waited_ms=0, took_ms=0, result={})
    assert broken(replace(GOOD, outcomes={done.envelope.cause or "": other})) == {Promise.JOURNAL}


def test_a_long_round_wants_every_fault_for_every_kind_of_process() -> None:
    found = replace(GOOD, plan=Plan(1, 1200, (KILL,)))
    assert broken(found) == {Promise.COVERED}


def test_the_summary_counts_what_was_carried_and_who_was_hit() -> None:
    found = summary(GOOD, read(GOOD), [])
    assert found["green"]
    assert found["carried"]["ebay"]["completed"] == 3
    assert found["strikes"]["kafka"]["kill"] == 1
    assert found["intake"]["accepted"] == {"batch": 1, "job": 1}
