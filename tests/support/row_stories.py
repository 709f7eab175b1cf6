"""Lives of one job whose row once depended on how its journal was cut into pages: facts, and what the row says of them in the end."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import combinations, pairwise

from hawker.contracts.facts import Fact, JobAccepted, JobParked, JobPaused, JobResumed, JobUnparked, TaskDispatched
from tests.support.stories import NOON, Story, job_requested

JOB = {"tenant_id": "demo", "at": NOON, "job_id": "job-1"}
LATER, LATEST = NOON + timedelta(days=2), NOON + timedelta(days=3)
[ACCEPTED] = Story().tell(job_requested()).of(JobAccepted)
DISPATCHED = TaskDispatched.model_validate(JOB | {"position": 0, "attempt": 1, "deadline": NOON, "lease_until": NOON})
PAUSED = JobPaused.model_validate(JOB | {"request_id": "pause"})
RESUMED = JobResumed.model_validate(JOB | {"request_id": "resume", "expires_at": LATER})
PARKED = JobParked.model_validate(JOB | {"reason": "the decider raised KeyError"})
UNPARKED = JobUnparked.model_validate(JOB | {"request_id": "redrive", "expires_at": LATER})
UNPARKED_AGAIN = JobUnparked.model_validate(JOB | {"request_id": "redrive-again"})
"""A second redrive finds nothing parked, and says no deadline."""
PARKED_LATE = JobParked.model_validate(JOB | {"reason": "the decider raised TypeError"})
UNPARKED_LATE = JobUnparked.model_validate(JOB | {"request_id": "redrive-late", "expires_at": LATEST})

type Row = Mapping[str, object]
ROW_STORIES: Mapping[str, tuple[Sequence[Fact], Row]] = {
    "a running job that was paused and resumed keeps its later deadline": (
        [ACCEPTED, DISPATCHED, PAUSED, RESUMED],
        {"status": "running", "expires_at": LATER, "parked": None},
    ),
    "a job that began again after its pause keeps its later deadline": (
        [ACCEPTED, DISPATCHED, PAUSED, RESUMED, DISPATCHED],
        {"status": "running", "expires_at": LATER, "parked": None},
    ),
    "a second unparking leaves the first one's deadline": (
        [ACCEPTED, DISPATCHED, PARKED, UNPARKED, UNPARKED_AGAIN],
        {"status": "running", "expires_at": LATER, "parked": None},
    ),
    "an unparking without a deadline leaves one that came between": (
        [ACCEPTED, PARKED, UNPARKED, PAUSED, RESUMED.model_copy(update={"expires_at": LATEST}), UNPARKED_AGAIN],
        {"status": "pending", "expires_at": LATEST, "parked": None},
    ),
    "a job that is parked a second time has the deadline of its second unparking": (
        [ACCEPTED, PAUSED, RESUMED, PARKED, UNPARKED, PARKED_LATE, UNPARKED_LATE],
        {"status": "pending", "expires_at": LATEST, "parked": None},
    ),
    "what was parked before its job came is no news of the job": (
        [PARKED, UNPARKED_AGAIN, ACCEPTED, DISPATCHED],
        {"status": "running", "expires_at": ACCEPTED.expires_at, "parked": None, "parked_offset": -1},
    ),
    "a job that came while its id was parked, and broke again, waits for its own reason": (
        [PARKED, ACCEPTED, UNPARKED, PARKED_LATE],
        {"status": "pending", "expires_at": LATER, "parked": PARKED_LATE.reason},
    ),
}


def cuts[T](journal: Sequence[T], pages_max: int) -> Iterator[list[Sequence[T]]]:
    """Every way to cut it into so many pages, or fewer."""
    for count in range(min(pages_max, len(journal))):
        for places in combinations(range(1, len(journal)), count):
            yield [journal[first:end] for first, end in pairwise((0, *places, len(journal)))]
