"""Jobs that break the decider: parked alone, with their inputs in order, while everybody else goes on. A decider is broken here by hand."""

from datetime import datetime, timedelta

import pytest

from hawker.contracts.facts import (
    AttemptTimedOut,
    BatchEnded,
    Fact,
    InputRejected,
    JobAccepted,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobParked,
    JobRetryStarted,
    JobUnparked,
    TaskCompleted,
)
from hawker.contracts.failures import FailureKind
from hawker.contracts.outcomes import PluginConnected
from hawker.contracts.requests import (
    BatchCancelRequested,
    JobCancelRequested,
    JobPauseRequested,
)
from hawker.contracts.words import JobStatus, Marketplace
from orchestrator.batch import decide as batch_decide
from orchestrator.core import decide, dispatch, poison
from orchestrator.core.memory import FORGET_MAX
from orchestrator.core.state import MEMORY
from orchestrator.core.sweep import sweep
from orchestrator.core.turn import RING_AGAIN
from orchestrator.job import decide as job_decide
from orchestrator.job.state import Active, Gone, Resting
from tests.support.breaking import SECRET, broken, is_replayable, parked_at_its_first_outcome
from tests.support.stories import NOON, TENANT, Story, batch_requested, failed, items_added, job_requested, redrive, succeeded

DAY_SECONDS = 24 * 3600


@pytest.fixture
def story() -> Story:
    return Story()


def test_an_outcome_that_breaks_the_decider_parks_its_job_and_goes_to_the_dead_letters(story: Story) -> None:
    outcome = parked_at_its_first_outcome(story)
    (parked,) = story.of(JobParked)
    assert parked.job_id == "job-1"
    (letter,) = story.letters()
    assert (letter.recorded.message, letter.subject, letter.origin) == (outcome, "job-1", letter.recorded.place)
    (rejected,) = story.of(InputRejected)
    assert (rejected.topic, rejected.offset, rejected.subject) == ("hawker.outcomes", letter.recorded.offset, "job-1")
    assert is_replayable(story)


def test_the_reason_names_the_exception_and_its_place_and_nothing_of_the_input(story: Story) -> None:
    parked_at_its_first_outcome(story)
    reason = story.of(JobParked)[0].reason
    assert reason.startswith("the decider raised KeyError at breaking.py:")
    assert SECRET not in reason + story.of(InputRejected)[0].reason


def test_later_inputs_of_a_parked_job_follow_it_in_order_and_others_go_on(story: Story) -> None:
    first = parked_at_its_first_outcome(story)
    pause = JobPauseRequested(tenant_id=TENANT, requested_at=NOON, request_id="p", job_id="job-1")
    again = job_requested()
    story.tell(pause, job_requested("job-2"), again).tell(first).work_through()
    assert [letter.recorded.message for letter in story.letters()] == [first, pause, again, first]
    assert {letter.subject for letter in story.letters()} == {"job-1"}
    assert [fact.job_id for fact in story.of(JobCompleted)] == ["job-2"]
    assert is_replayable(story)


def test_a_request_that_breaks_the_decider_parks_its_id_until_it_is_redriven(story: Story) -> None:
    request = job_requested()
    cancel = JobCancelRequested(tenant_id=TENANT, requested_at=NOON, request_id="c", job_id="job-1")
    with broken(decide, "_job"):
        story.tell(request)
    story.tell(cancel)
    assert [letter.recorded.message for letter in story.letters()] == [request, cancel]
    story.tell(redrive("job-1", story.letters()))
    assert [type(fact) for fact in story.facts[-3:]] == [JobUnparked, JobAccepted, JobCancelled]
    assert is_replayable(story)


def test_a_parked_job_takes_no_room_at_the_workers_and_holds_up_nobody(story: Story) -> None:
    parked_at_its_first_outcome(story)
    assert all(lane.window.in_flight == 0 for lane in story.shard.lanes.values())
    story.tell(redrive("job-1", []))
    assert sum(lane.window.in_flight for lane in story.shard.lanes.values()) == 1


def test_leases_and_deadline_stand_still_while_a_job_is_parked(story: Story) -> None:
    parked_at_its_first_outcome(story)
    before = story.shard.jobs["job-1"]
    assert isinstance(before, Active)
    story.wait(DAY_SECONDS)
    assert story.shard.jobs["job-1"] == before
    story.tell(redrive("job-1", []))
    after = story.shard.jobs["job-1"]
    assert isinstance(after, Active)
    assert after.expires_at == before.expires_at + timedelta(seconds=DAY_SECONDS), "it has the time that it had left"
    story.wait(0)
    assert len(story.of(AttemptTimedOut)) == 1, "its lease ended meanwhile"
    assert is_replayable(story)


def test_a_rest_stands_still_while_a_job_is_parked_and_is_over_when_it_moves(story: Story) -> None:
    story.tell(job_requested()).tell(*(failed(command, FailureKind.TRANSIENT) for command in story.take_commands()))
    resting = story.shard.jobs["job-1"]
    assert isinstance(resting, Resting)
    with broken(job_decide, "control"):
        story.tell(JobPauseRequested(tenant_id=TENANT, requested_at=NOON, request_id="p", job_id="job-1"))
    story.wait(600)
    assert story.of(JobRetryStarted) == []
    story.tell(redrive("job-1", [])).wait(0)
    assert len(story.of(JobRetryStarted)) == 1
    assert is_replayable(story)


@pytest.mark.parametrize(("rule", "seconds", "fact"), [("end_lease", 60, AttemptTimedOut), ("expire", 3601, JobExpired)])
def test_a_timer_that_breaks_the_decider_parks_its_job_without_a_letter(story: Story, rule: str, seconds: float, fact: type[Fact]) -> None:
    story.tell(job_requested(marketplace=Marketplace.FLEA), job_requested("job-2", Marketplace.FLEA))
    with broken(job_decide, rule):
        story.wait(seconds).wait(0)
    assert [fact.job_id for fact in story.of(JobParked)] == ["job-1"]
    assert story.letters() == []
    assert [getattr(one, "job_id", None) for one in story.of(fact)] == ["job-2"]
    assert is_replayable(story)


def test_a_dispatch_that_breaks_parks_its_job_and_the_others_are_sent(story: Story) -> None:
    with broken(dispatch, "command"):
        story.tell(job_requested(), job_requested("job-2"))
    assert [command.job_id for command in story.take_commands()] == ["job-2"]
    assert [fact.job_id for fact in story.of(JobParked)] == ["job-1"]
    story.tell(redrive("job-1", [])).work_through()
    assert [fact.job_id for fact in story.of(JobCompleted)] == ["job-1"]
    assert is_replayable(story)


def test_nothing_of_a_parked_job_is_dispatched_although_it_is_ready(story: Story) -> None:
    story.tell(job_requested(marketplace=Marketplace.FLEA)).work_through()
    with broken(job_decide, "control"):
        story.tell(JobPauseRequested(tenant_id=TENANT, requested_at=NOON, request_id="p", job_id="job-1"))
    story.tell(PluginConnected(tenant_id=TENANT, account_id="main", marketplace=Marketplace.FLEA, session="s", epoch=1, partition=0))
    assert story.take_commands() == []
    story.tell(redrive("job-1", []))
    assert {command.job_id for command in story.take_commands()} == {"job-1"}
    assert is_replayable(story)


def test_a_new_owner_sets_no_timer_and_queues_no_task_of_a_parked_job(story: Story) -> None:
    parked_at_its_first_outcome(story)
    shard = story.replayed()
    sweep(shard)
    assert len(shard.timers) == 0
    assert sum(len(lane.ready) for lane in shard.lanes.values()) == 0


def test_a_batch_waits_for_its_parked_job(story: Story) -> None:
    story.tell(batch_requested(), items_added("a", "b"))
    bad, good = story.take_commands()
    with broken(job_decide, "conclude", bad.job_id):
        story.tell(succeeded(bad), succeeded(good)).work_through()
    assert len(story.of(JobCompleted)) == 1
    assert story.of(BatchEnded) == []
    story.tell(redrive(bad.job_id, story.letters())).work_through()
    assert [fact.completed for fact in story.of(BatchEnded)] == [2]
    assert is_replayable(story)


def test_a_parked_job_of_a_cancelled_batch_is_cancelled_when_it_moves(story: Story) -> None:
    story.tell(batch_requested(), items_added("a", "b"))
    bad, _ = story.take_commands()
    with broken(job_decide, "conclude", bad.job_id):
        story.tell(succeeded(bad))
    story.tell(BatchCancelRequested(tenant_id=TENANT, requested_at=NOON, request_id="c", batch_id="batch-1")).wait(0)
    assert bad.job_id not in [fact.job_id for fact in story.of(JobCancelled)]
    assert story.of(BatchEnded) == []
    assert story.wait(0).turns[-1].facts == [], "nothing turns round and round"
    story.tell(redrive(bad.job_id, story.letters())).wait(0)
    assert [fact.job_id for fact in story.of(TaskCompleted)] == [bad.job_id], "what had happened is known"
    assert len(story.of(JobCancelled)) == 2
    assert [fact.cancelled for fact in story.of(BatchEnded)] == [2]
    assert is_replayable(story)


def test_a_chunk_that_breaks_the_decider_is_put_aside_alone_and_may_come_again(story: Story) -> None:
    story.tell(batch_requested())
    with broken(batch_decide, "add_items"):
        story.tell(items_added("a", "b"))
    (letter,) = story.letters()
    assert (letter.subject, story.shard.parked) == (None, {})
    story.tell(items_added("a", "b")).work_through()
    assert len(story.of(BatchEnded)) == 1
    assert is_replayable(story)


def test_a_browsers_word_that_breaks_the_decider_is_put_aside_alone(story: Story) -> None:
    connected = PluginConnected(tenant_id=TENANT, account_id="main", marketplace=Marketplace.FLEA, session="s", epoch=1, partition=0)
    with broken(decide, "_open_session"):
        story.tell(connected)
    assert [(letter.recorded.message, letter.subject) for letter in story.letters()] == [(connected, None)]
    assert story.names() == ["InputRejected"]


def test_a_batchs_timer_that_breaks_rings_again_later(story: Story) -> None:
    story.tell(batch_requested(wait_seconds_max=60))
    with broken(batch_decide, "expire"):
        story.wait(60)
        assert story.turns[-1].broken_timers == [f"BatchExpires: {why(story)}"]
        assert story.wait(1).turns[-1].broken_timers == []
    story.wait(RING_AGAIN.total_seconds())
    assert len(story.of(BatchEnded)) == 1


def why(story: Story) -> str:
    return story.turns[-1].broken_timers[0].partition(": ")[2]


def test_a_strangers_outcome_parks_nobodys_job(story: Story) -> None:
    story.tell(job_requested())
    (command,) = story.take_commands()
    with broken(job_decide, "conclude"):
        story.tell(succeeded(command).model_copy(update={"tenant_id": "stranger"}))
    assert story.names()[-1] == "InputRejected"
    assert story.letters()[0].subject is None
    assert story.shard.parked == {}
    story.tell(succeeded(command)).work_through()
    assert len(story.of(JobCompleted)) == 1


def test_an_id_that_one_tenant_parked_is_free_for_another(story: Story) -> None:
    with broken(decide, "_job"):
        story.tell(job_requested())
    story.tell(job_requested(tenant_id="other"))
    story.take_commands()
    assert [fact.tenant_id for fact in story.of(JobAccepted)] == ["other"]
    assert story.names()[-1] == "TaskDispatched"
    assert is_replayable(story)


def test_a_suspect_is_put_aside_unmet_with_its_job(story: Story) -> None:
    """Something broke the shard outside the decider: the shell found out what, and says so."""
    recorded = story.record(job_requested())
    story.deliver([recorded], suspects={recorded.place})
    assert story.names() == ["JobParked", "InputRejected"]
    assert story.of(InputRejected)[0].reason == poison.BROKE_THE_SHARD


def test_a_timer_under_suspicion_parks_its_job(story: Story) -> None:
    story.tell(job_requested()).now += timedelta(seconds=60)
    story.deliver([], suspects={"LeaseEnds:job-1:0:1"})
    assert [fact.job_id for fact in story.of(JobParked)] == ["job-1"]
    assert is_replayable(story)


def test_a_dispatch_under_suspicion_parks_its_job(story: Story) -> None:
    story.deliver([story.record(job_requested())], suspects={"job-1:0:1"})
    assert [fact.job_id for fact in story.of(JobParked)] == ["job-1"]
    assert story.take_commands() == []


def test_a_parked_id_without_a_job_is_forgotten_once_no_repeat_can_come(story: Story) -> None:
    with broken(decide, "_job"):
        story.tell(job_requested())
    told_later(story, NOON + MEMORY)
    assert story.shard.parked == {}
    assert is_replayable(story)


def test_a_parked_job_that_lives_is_never_forgotten(story: Story) -> None:
    parked_at_its_first_outcome(story)
    told_later(story, NOON + 3 * MEMORY)
    assert "job-1" in story.shard.parked
    story.tell(redrive("job-1", story.letters()).model_copy(update={"requested_at": story.now})).work_through()
    assert story.shard.jobs["job-1"] == Gone("job-1", TENANT, None, JobStatus.COMPLETED)
    assert is_replayable(story)


def test_ids_that_are_no_jobs_are_parked_up_to_a_limit(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poison, "PARKED_IDS_MAX", 1)
    with broken(decide, "_job"), broken(decide, "_job", "job-2"):
        story.tell(job_requested(), job_requested("job-2"))
    assert list(story.shard.parked) == ["job-1"]
    assert [letter.subject for letter in story.letters()] == ["job-1", None]


def told_later(story: Story, now: datetime) -> None:
    """Enough happens for everything old to be forgotten."""
    story.now = now
    for number in range(FORGET_MAX // 50):
        story.tell(job_requested(f"later-{number}", Marketplace.FLEA, requested_at=now))
