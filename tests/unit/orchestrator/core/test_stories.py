"""Stories of one shard, told end to end: what happens, what is written, and that the fold of it is the state."""

from datetime import timedelta

import pytest

from hawker.contracts.facts import (
    AccountPaused,
    AttemptDeferred,
    AttemptTimedOut,
    BatchClosed,
    BatchEnded,
    JobAccepted,
    JobCompleted,
    JobExpired,
    JobFailed,
    JobRetryScheduled,
    JobRetryStarted,
    OutcomeRefused,
    RequestRefused,
    TaskCompleted,
    TaskDispatched,
)
from hawker.contracts.failures import FailureKind
from hawker.contracts.outcomes import AccountThrottled, PluginConnected, PluginDisconnected
from hawker.contracts.recorded import Undecodable
from hawker.contracts.requests import (
    BatchCancelRequested,
    JobCancelRequested,
    JobPauseRequested,
    JobResumeRequested,
    JobRetryRequested,
)
from hawker.contracts.topics import Lane
from hawker.contracts.words import BatchStatus, JobStatus, Marketplace, Priority
from orchestrator.core.checksum import checksum
from orchestrator.job.decide import JobControl
from orchestrator.job.state import Gone, Stopped
from tests.support.stories import NOON, TENANT, Story, batch_requested, failed, items_added, job_requested, product, succeeded


@pytest.fixture
def story() -> Story:
    return Story()


def control[C: JobControl](kind: type[C], request_id: str = "r1", job_id: str = "job-1") -> C:
    return kind(tenant_id=TENANT, requested_at=NOON, request_id=request_id, job_id=job_id)


def is_replayable(story: Story) -> bool:
    return checksum(story.replayed()) == checksum(story.shard)


@pytest.mark.parametrize("marketplace", [Marketplace.EBAY, Marketplace.ETSY])
def test_a_job_runs_its_plan_and_completes_with_its_listing(story: Story, marketplace: Marketplace) -> None:
    story.tell(job_requested(marketplace=marketplace, product=product(images=3, variants=2))).work_through()
    (completed,) = story.of(JobCompleted)
    assert completed.listing is not None
    assert completed.listing.listing_id == "l1"
    assert story.shard.jobs["job-1"] == Gone("job-1", TENANT, None, JobStatus.COMPLETED)
    assert all(lane.window.in_flight == 0 for lane in story.shard.lanes.values())
    assert is_replayable(story)


def test_tasks_that_need_nothing_of_each_other_run_side_by_side(story: Story) -> None:
    story.tell(job_requested(product=product(images=3)))
    (validate,) = story.take_commands()
    story.tell(succeeded(validate))
    assert [command.operation for command in story.take_commands()] == ["ebay.map", *["ebay.upload_image"] * 3]


def test_a_command_carries_what_its_plan_picked(story: Story) -> None:
    story.tell(job_requested()).tell(*map(succeeded, story.take_commands()))
    upload = next(command for command in story.commands if command.operation == "ebay.upload_image")
    assert upload.input == {"image": {"url": "https://pictures.example/mug-1.jpg", "position": 1, "alt": ""}}
    assert upload.command_id == "job-1:2:1"


def test_the_same_request_again_changes_nothing(story: Story) -> None:
    story.tell(job_requested()).tell(job_requested())
    assert story.names() == ["JobAccepted", "TaskDispatched"]


def test_the_same_batch_and_chunk_again_change_nothing(story: Story) -> None:
    story.tell(batch_requested(), items_added("a", "b"))
    before = story.names()
    story.tell(batch_requested(), items_added("a", "b"))
    assert story.names() == before


def test_an_input_that_the_journal_has_already_is_skipped(story: Story) -> None:
    recorded = story.record(job_requested())
    story.deliver([recorded]).deliver([recorded])
    assert story.names() == ["JobAccepted", "TaskDispatched"]


def test_the_same_success_again_is_a_quiet_no_op(story: Story) -> None:
    story.tell(job_requested())
    (command,) = story.take_commands()
    story.tell(succeeded(command))
    before = len(story.facts)
    story.tell(succeeded(command))
    assert len(story.facts) == before


def test_a_late_success_is_refused(story: Story) -> None:
    story.tell(job_requested())
    (first,) = story.take_commands()
    story.wait(60).wait(60)
    (second,) = story.take_commands()
    assert (first.attempt, second.attempt) == (1, 2)
    story.tell(succeeded(first))
    assert story.of(OutcomeRefused)[-1].reason == "an earlier attempt"
    assert story.of(TaskCompleted) == []


def test_after_a_lease_ended_the_next_attempt_looks_first(story: Story) -> None:
    story.tell(job_requested()).wait(60).wait(60)
    assert len(story.of(AttemptTimedOut)) == 1
    assert [command.look_first for command in story.commands] == [False, True]


@pytest.mark.parametrize("kind", [FailureKind.THROTTLED, FailureKind.NOT_CONNECTED, FailureKind.TRANSIENT])
def test_a_failure_of_a_command_that_came_twice_does_not_hide_that_the_first_may_have_been_begun(story: Story, kind: FailureKind) -> None:
    story.tell(job_requested())
    (command,) = story.take_commands()
    story.tell(failed(command, kind).model_copy(update={"look_first": True}))
    for _ in range(3):
        story.wait(10)
    assert [command.look_first for command in story.commands] == [True]
    assert is_replayable(story)


def test_the_five_task_example_reuses_two_and_runs_three(story: Story) -> None:
    story.tell(job_requested(product=product(images=2)))
    (validate,) = story.take_commands()
    story.tell(succeeded(validate))
    mapping, first, second = story.take_commands()
    story.tell(succeeded(mapping), failed(first), failed(second))
    (scheduled,) = story.of(JobRetryScheduled)
    assert scheduled.reused == (0, 1)
    assert scheduled.again == (2, 3, 4, 5, 6, 7)
    story.wait(10)
    assert [command.position for command in story.commands] == [2, 3]
    assert is_replayable(story)


def test_a_job_retries_three_times_and_then_fails_with_the_reason(story: Story) -> None:
    story.tell(job_requested())
    for _ in range(4):
        (command,) = story.take_commands()
        story.tell(failed(command)).wait(600)
    assert [fact.round for fact in story.of(JobRetryStarted)] == [1, 2, 3]
    (end,) = story.of(JobFailed)
    assert end.reason == "max retries exceeded: it was transient"
    assert isinstance(story.shard.jobs["job-1"], Stopped)


@pytest.mark.parametrize("kind", [FailureKind.REJECTED, FailureKind.UNAUTHORISED])
def test_a_permanent_failure_is_never_retried(story: Story, kind: FailureKind) -> None:
    story.tell(job_requested())
    story.tell(failed(story.take_commands()[0], kind))
    assert [fact.reason for fact in story.of(JobFailed)] == [f"it was {kind}"]
    assert story.of(JobRetryScheduled) == []


def test_independent_tasks_go_on_after_a_failure(story: Story) -> None:
    story.tell(job_requested(product=product(images=2)))
    story.tell(succeeded(story.take_commands()[0]))
    mapping, first, second = story.take_commands()
    story.tell(failed(first, FailureKind.REJECTED))
    assert story.of(JobFailed) == []
    story.tell(succeeded(mapping), succeeded(second))
    assert len(story.of(JobFailed)) == 1


def test_throttling_costs_no_retry_and_pauses_the_account(story: Story) -> None:
    story.tell(job_requested())
    story.tell(failed(story.take_commands()[0], FailureKind.THROTTLED, retry_after_seconds=30))
    assert story.take_commands() == []
    assert len(story.of(AttemptDeferred)) == 1
    assert story.of(AccountPaused)[0].until == NOON + timedelta(seconds=30)
    story.wait(31)
    (again,) = story.take_commands()
    assert (again.attempt, story.of(JobRetryScheduled)) == (2, [])


def test_a_throttled_account_stops_no_other(story: Story) -> None:
    until = NOON + timedelta(seconds=60)
    story.tell(AccountThrottled(tenant_id=TENANT, account_id="slow", marketplace=Marketplace.EBAY, until=until))
    story.tell(job_requested("job-1", account_id="slow"), job_requested("job-2"))
    assert [command.job_id for command in story.commands] == ["job-2"]


def connected(epoch: int = 1, partition: int = 0) -> PluginConnected:
    return PluginConnected(
        tenant_id=TENANT, account_id="main", marketplace=Marketplace.FLEA, session="device-1", epoch=epoch, partition=partition
    )


def test_browser_tasks_wait_for_the_browser_and_lose_nothing(story: Story) -> None:
    story.tell(job_requested(marketplace=Marketplace.FLEA)).work_through()
    assert story.of(JobCompleted) == []
    story.tell(connected(partition=3))
    (command,) = story.commands
    assert (command.operation, command.session) == ("flea.create_listing", "device-1")
    assert story.of(TaskDispatched)[-1].partition == 3
    story.work_through()
    assert len(story.of(JobCompleted)) == 1
    assert is_replayable(story)


def test_not_connected_closes_the_session_and_waits_for_the_next(story: Story) -> None:
    story.tell(connected(), job_requested(marketplace=Marketplace.FLEA))
    for _ in range(2):
        story.tell(*(succeeded(command) for command in story.take_commands()))
    (create,) = story.take_commands()
    story.wait(1).tell(failed(create, FailureKind.NOT_CONNECTED))
    assert story.shard.sessions == {}
    assert story.take_commands() == []
    story.tell(connected(epoch=2))
    (again,) = story.take_commands()
    assert (again.position, again.attempt) == (create.position, 2)
    assert story.of(JobRetryScheduled) == []


def test_not_connected_says_nothing_of_the_browser_that_came_back_since_whatever_the_clocks_said(story: Story) -> None:
    story.tell(connected(), job_requested(marketplace=Marketplace.FLEA))
    for _ in range(2):
        story.tell(*(succeeded(command) for command in story.take_commands()))
    (create,) = story.take_commands()
    story.wait(-5).tell(connected(epoch=2, partition=1))  # The shard's new owner has a clock that is behind.
    story.tell(failed(create, FailureKind.NOT_CONNECTED))
    assert len(story.shard.sessions) == 1
    (again,) = story.take_commands()
    assert (again.position, again.attempt) == (create.position, 2)


def test_a_disconnect_of_an_earlier_session_closes_nothing(story: Story) -> None:
    story.tell(connected(epoch=2))
    story.tell(PluginDisconnected(tenant_id=TENANT, account_id="main", marketplace=Marketplace.FLEA, session="device-1", epoch=1))
    assert len(story.shard.sessions) == 1


def test_a_batch_completes_with_its_jobs(story: Story) -> None:
    story.tell(batch_requested(item_count=3), items_added("a", "b"), items_added("c", sequence=1)).work_through()
    (ended,) = story.of(BatchEnded)
    assert (ended.status, ended.completed) == (BatchStatus.COMPLETED, 3)
    assert is_replayable(story)


def test_a_failed_job_never_blocks_its_batch(story: Story) -> None:
    story.tell(batch_requested(), items_added("a", "b"))
    first, second = story.take_commands()
    story.tell(failed(first, FailureKind.REJECTED), succeeded(second)).work_through()
    (ended,) = story.of(BatchEnded)
    assert (ended.status, ended.completed, ended.failed) == (BatchStatus.PARTIALLY_FAILED, 1, 1)


def test_a_batch_whose_items_stop_coming_ends_with_that_reason(story: Story) -> None:
    story.tell(batch_requested(item_count=3), items_added("a")).work_through()
    assert story.of(BatchEnded) == []
    story.wait(3601)
    assert story.of(BatchClosed)[0].missing == 2
    (ended,) = story.of(BatchEnded)
    assert (ended.status, ended.missing) == (BatchStatus.PARTIALLY_FAILED, 2)
    assert ended.reason is not None


def test_cancelling_a_batch_cancels_what_has_not_ended(story: Story) -> None:
    story.tell(batch_requested(item_count=3), items_added("a", "b"))
    story.tell(BatchCancelRequested(tenant_id=TENANT, requested_at=NOON, request_id="c1", batch_id="batch-1")).wait(0)
    (ended,) = story.of(BatchEnded)
    assert (ended.status, ended.cancelled, ended.missing) == (BatchStatus.CANCELLED, 2, 1)
    story.tell(items_added("c", sequence=1))
    assert story.of(RequestRefused)[-1].reason == "the batch takes no more items"
    assert is_replayable(story)


def test_a_retried_job_opens_its_batch_again(story: Story) -> None:
    story.tell(batch_requested(item_count=1), items_added("a"))
    (command,) = story.take_commands()
    story.tell(failed(command, FailureKind.REJECTED))
    assert story.of(BatchEnded)[-1].status is BatchStatus.FAILED
    story.tell(control(JobRetryRequested, job_id=command.job_id)).work_through()
    assert story.of(BatchEnded)[-1].status is BatchStatus.COMPLETED
    assert is_replayable(story)


def test_a_paused_job_starts_nothing_until_it_is_resumed(story: Story) -> None:
    story.tell(job_requested(), control(JobPauseRequested, "p1"))
    assert story.take_commands() == []
    story.tell(control(JobResumeRequested, "p2")).work_through()
    assert len(story.of(JobCompleted)) == 1
    assert is_replayable(story)


def test_a_cancelled_job_refuses_the_outcome_that_comes_later(story: Story) -> None:
    story.tell(job_requested())
    (command,) = story.take_commands()
    story.tell(control(JobCancelRequested)).tell(succeeded(command))
    assert story.of(OutcomeRefused)[0].reason == "the job has ended"
    assert story.shard.lanes[Lane.EBAY].window.in_flight == 0


def test_a_retry_request_that_comes_twice_retries_once(story: Story) -> None:
    story.tell(job_requested())
    for _ in range(2):
        (command,) = story.take_commands()
        story.tell(failed(command, FailureKind.REJECTED)).tell(control(JobRetryRequested, "again"))
        if not story.commands:
            break
    assert len(story.of(JobRetryStarted)) == 1


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (JobCancelRequested, "there is no such job"),
        (JobRetryRequested, "there is no such job"),
    ],
)
def test_a_wish_about_an_unknown_job_is_refused(story: Story, kind: type[JobControl], reason: str) -> None:
    story.tell(kind(tenant_id=TENANT, requested_at=NOON, request_id="r1", job_id="job-1"))
    assert [fact.reason for fact in story.of(RequestRefused)] == [reason]


def test_another_tenants_job_is_unknown(story: Story) -> None:
    story.tell(job_requested())
    story.tell(JobCancelRequested(tenant_id="other", requested_at=NOON, request_id="x", job_id="job-1"))
    assert [fact.reason for fact in story.of(RequestRefused)] == ["there is no such job"]


def test_a_request_that_is_too_old_is_refused(story: Story) -> None:
    story.tell(job_requested(requested_at=NOON - timedelta(days=8)))
    assert "older than 7 days" in story.of(RequestRefused)[0].reason
    assert story.of(JobAccepted) == []


def test_a_job_that_waits_longer_than_an_hour_expires(story: Story) -> None:
    story.tell(job_requested(marketplace=Marketplace.FLEA)).work_through().wait(3599)
    assert story.of(JobExpired) == []
    story.wait(2)
    assert len(story.of(JobExpired)) == 1


def test_an_action_without_a_plan_is_refused(story: Story) -> None:
    story.tell(job_requested(action="delete"))
    assert story.of(RequestRefused)[0].reason == "ebay has no plan for delete"


def test_what_cannot_be_read_is_rejected_and_the_shard_goes_on(story: Story) -> None:
    story.tell(Undecodable(key=None, value=b"{", headers=(), reason="not a message"), job_requested())
    assert story.names() == ["InputRejected", "JobAccepted", "TaskDispatched"]
    assert [letter.reason for letter in story.turns[0].put_aside] == ["not a message"]


def test_a_step_that_left_nothing_for_the_next_fails_the_job_with_a_reason(story: Story) -> None:
    story.tell(job_requested(product=product(images=0)))
    story.tell(succeeded(story.take_commands()[0]))
    story.tell(succeeded(story.take_commands()[0], result={}))
    assert "an earlier step did not leave" in story.of(JobFailed)[0].reason
    assert is_replayable(story)


def test_the_urgent_go_first_and_the_older_before_the_younger(story: Story) -> None:
    story.shard.lanes[Lane.EBAY].window.size = 0
    for name, priority in (("a", Priority.LOW), ("b", Priority.NORMAL), ("c", Priority.CRITICAL), ("d", Priority.NORMAL)):
        story.tell(job_requested(name, priority=priority))
    story.shard.lanes[Lane.EBAY].window.size = 16
    story.wait(0)
    assert [command.job_id for command in story.commands] == ["c", "b", "d", "a"]


def test_no_more_than_a_window_is_in_flight(story: Story) -> None:
    story.shard.lanes[Lane.EBAY].window.size = 5
    story.tell(*(job_requested(f"job-{n}") for n in range(20)))
    assert len(story.take_commands()) == 5
