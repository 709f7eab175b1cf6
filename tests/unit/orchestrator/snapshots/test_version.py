"""A change of the state's shape is a new version of its snapshots: an old one would be read into something else."""

from dataclasses import fields

from hawker.contracts.facts import TaskSpec
from hawker.contracts.failures import Failure
from orchestrator.batch.state import Batch, Counts
from orchestrator.core.sections import SECTIONS
from orchestrator.core.state import Parked, Session, Shard
from orchestrator.dispatch.window import Window
from orchestrator.job.state import Active, Failed, Gone, Order, Paused, Resting, Running, Stopped, Succeeded, TimedOut, Waiting
from orchestrator.snapshots.head import VERSION

STATES = (
    Shard,
    Order,
    Active,
    Resting,
    Paused,
    Stopped,
    Gone,
    Waiting,
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Batch,
    Counts,
    Session,
    Parked,
    Window,
)
DERIVED = {"lanes", "timers", "live_by_batch", "announced_count"}
"""What `sweep` and `Reading.ordering` derive; of the lanes, the windows have a section."""
WITH_THE_JOBS = {"jobs", "ages"}

SHAPES = {
    1: """
Shard jobs batches pauses sessions parked answered positions lanes timers ages live_by_batch to_forget accepted_count announced_count
Order job_id batch_id tenant_id account_id marketplace action priority product plan wait traceparent
Active order tasks round expires_at
Resting order tasks round expires_at due_at
Paused order tasks round expires_at due_at
Stopped order tasks status
Gone job_id tenant_id batch_id status
Waiting attempt look_first
Running attempt lease_until look_first session epoch
Succeeded attempt result
Failed attempt failure look_first
TimedOut attempt
Batch batch_id tenant_id account_id marketplace action priority item_count wait expires_at traceparent chunks accepted counts closed_because cancelled ended
Counts completed failed cancelled expired
Session session epoch partition
Parked tenant_id reason at
Window size in_flight calm
TaskSpec name kind operation needs timeout_seconds picks undo
Failure kind reason code text retry_after_seconds
""",
}


def shape() -> str:
    lines = [" ".join((state.__name__, *(field.name for field in fields(state)))) for state in STATES]
    models = [" ".join((model.__name__, *model.model_fields)) for model in (TaskSpec, Failure)]
    return "\n".join(("", *lines, *models, ""))


def test_the_shape_of_the_state_is_that_of_this_version_of_its_snapshots() -> None:
    assert shape() == SHAPES[VERSION], "teach core/rows.py and core/sections.py the new shape, raise VERSION, and write it down here"


def test_everything_that_a_shard_holds_is_in_its_snapshot_or_derived() -> None:
    windows = {"windows"}
    assert {field.name for field in fields(Shard)} == set(SECTIONS) - windows | DERIVED | WITH_THE_JOBS
