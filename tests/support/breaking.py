"""Deciders broken by hand, for stories of what is parked."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hawker.contracts.outcomes import TaskSucceeded
from orchestrator.core.checksum import checksum
from orchestrator.core.sweep import sweep
from orchestrator.job import decide as job_decide
from tests.support.stories import Story, job_requested, succeeded

SECRET = "what the input said"


@contextmanager
def broken(module: object, name: str, job_id: str = "job-1") -> Iterator[None]:
    """The function raises for this job, or for whatever has no job, and works for all others."""
    whole = getattr(module, name)

    def raising(*args: object, **more: object) -> object:
        about = [getattr(arg, "job_id", getattr(getattr(arg, "order", None), "job_id", None)) for arg in (*args, *more.values())]
        if job_id in about or not any(about):
            raise KeyError(SECRET)
        return whole(*args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, raising)
        yield


def is_replayable(story: Story) -> bool:
    """Swept or not, and with all that the indexes say of what is in flight."""
    folded = story.replayed()
    swept = story.replayed()
    sweep(swept)
    windows = [[lane.window for lane in shard.lanes.values()] for shard in (story.shard, folded, swept)]
    return checksum(folded) == checksum(swept) == checksum(story.shard) and windows[0] == windows[1] == windows[2]


def parked_at_its_first_outcome(story: Story) -> TaskSucceeded:
    """job-1 runs its first task, and the outcome breaks the decider."""
    story.tell(job_requested())
    (command,) = story.take_commands()
    outcome = succeeded(command)
    with broken(job_decide, "conclude"):
        story.tell(outcome)
    assert story.names()[-2:] == ["JobParked", "InputRejected"]
    return outcome
