"""A shard's state in words that do not depend on how the state is written: for golden histories."""

from typing import Any

from orchestrator.core.state import Shard
from tests.support.picture import answered


def summary(shard: Shard) -> dict[str, Any]:  # Any: JSON
    return {
        "jobs": {
            name: [type(job).__name__, *(type(task).__name__ for task in getattr(job, "tasks", ()))] for name, job in shard.jobs.items()
        },
        "batches": {
            name: [batch.accepted, batch.counts.completed, batch.counts.failed, batch.ended] for name, batch in shard.batches.items()
        },
        "pauses": {"/".join(account): until.isoformat() for account, until in shard.pauses.items()},
        "sessions": {"/".join(account): [session.session, session.epoch] for account, session in shard.sessions.items()},
        "answered": answered(shard),
        "positions": dict(shard.positions),
        "in_flight": {str(lane): state.window.in_flight for lane, state in shard.lanes.items()},
    }
