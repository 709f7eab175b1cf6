"""Stories that the simulation found first: each was a mistake once."""

from dataclasses import replace

import pytest

from hawker.contracts.envelope import Envelope
from hawker.contracts.facts import BatchEnded, JobCompleted, JobRetryStarted, OutcomeRefused, RequestRefused, SessionClosed
from hawker.contracts.failures import FailureKind
from hawker.contracts.outcomes import PluginConnected, PluginDisconnected
from hawker.contracts.requests import BatchCancelRequested, JobCancelRequested, JobRetryRequested
from hawker.contracts.words import BatchStatus, Marketplace
from orchestrator.core.checksum import checksum
from orchestrator.job.decide import JobControl
from tests.support.stories import NOON, TENANT, Story, batch_requested, failed, items_added, job_requested, succeeded


@pytest.fixture
def story() -> Story:
    return Story()


def control[C: JobControl](kind: type[C], request_id: str = "r1", job_id: str = "job-1") -> C:
    return kind(tenant_id=TENANT, requested_at=NOON, request_id=request_id, job_id=job_id)


def is_replayable(story: Story) -> bool:
    return checksum(story.replayed()) == checksum(story.shard)


def test_no_two_facts_have_one_id_however_often_a_job_rests(story: Story) -> None:
    story.tell(job_requested())
    for _ in range(4):
        (command,) = story.take_commands()
        story.tell(failed(command)).wait(30)
    ids = [outgoing.envelope.id for turn in story.turns for outgoing in turn.facts]
    assert len(story.of(JobRetryStarted)) == 3
    assert len(ids) == len(set(ids))


def test_a_job_of_a_cancelled_batch_is_not_tried_again_for_nothing_of_it_would_begin(story: Story) -> None:
    story.tell(batch_requested(), items_added("mug", "cup"))
    rejected, _ = story.take_commands()
    story.tell(failed(rejected, FailureKind.REJECTED))
    story.tell(BatchCancelRequested(tenant_id=TENANT, requested_at=NOON, request_id="c1", batch_id="batch-1")).wait(0)
    story.tell(control(JobRetryRequested, job_id=rejected.job_id))
    assert [fact.reason for fact in story.of(RequestRefused)] == ["its batch was cancelled"]
    assert story.of(BatchEnded)[-1].status is BatchStatus.CANCELLED
    assert len(story.of(BatchEnded)) == 1


def test_a_cancel_request_that_comes_twice_is_not_refused_the_second_time(story: Story) -> None:
    story.tell(job_requested(), control(JobCancelRequested, "c1"), control(JobCancelRequested, "c1"))
    assert story.of(RequestRefused) == []
    assert is_replayable(story)


def test_an_input_that_comes_twice_with_one_id_and_means_two_things_makes_facts_of_different_ids(story: Story) -> None:
    story.tell(job_requested())
    (command,) = story.take_commands()
    twice = replace(story.record(succeeded(command)), envelope=Envelope("one-id", "x", "worker", NOON))
    story.deliver([twice]).tell(control(JobCancelRequested)).deliver([replace(twice, offset=twice.offset + 5)])
    ids = [outgoing.envelope.id for turn in story.turns for outgoing in turn.facts]
    assert len(story.of(OutcomeRefused)) == 1
    assert len(ids) == len(set(ids))


def test_a_late_answer_about_a_browser_that_left_does_not_close_the_one_that_came(story: Story) -> None:
    opened = PluginConnected(tenant_id=TENANT, account_id="main", marketplace=Marketplace.FLEA, session="s", epoch=1, partition=0)
    story.tell(opened, job_requested(marketplace=Marketplace.FLEA))
    while (command := story.take_commands()[0]).session is None:
        story.tell(succeeded(command))
    gone = PluginDisconnected(tenant_id=TENANT, account_id="main", marketplace=Marketplace.FLEA, session="s", epoch=1)
    story.tell(gone).wait(80).wait(5).tell(opened.model_copy(update={"epoch": 2}))
    (again,) = story.take_commands()
    story.tell(failed(command, FailureKind.NOT_CONNECTED))
    assert again.attempt == 2
    assert len(story.of(SessionClosed)) == 1
    story.tell(succeeded(again)).work_through()
    assert len(story.of(JobCompleted)) == 1
