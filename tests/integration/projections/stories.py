"""Random lives of jobs and batches, as the orchestrator's own deciders write them; a seed gives the same one again."""

from collections.abc import Sequence
from random import Random

from hawker.contracts.envelope import Envelope
from hawker.contracts.facts import Fact
from hawker.contracts.failures import FailureKind
from hawker.contracts.recorded import Recorded
from hawker.contracts.requests import (
    BatchCancelRequested,
    JobCancelRequested,
    JobPauseRequested,
    JobResumeRequested,
    JobRetryRequested,
    Request,
)
from hawker.contracts.words import Marketplace
from orchestrator.job import decide
from tests.support.breaking import broken
from tests.support.stories import Story, batch_requested, failed, items_added, job_requested, redrive, succeeded

FAILURES = (FailureKind.TRANSIENT, FailureKind.REJECTED, FailureKind.UNKNOWN, FailureKind.THROTTLED)
CONTROLS = (JobCancelRequested, JobPauseRequested, JobResumeRequested, JobRetryRequested)


def random_story(seed: int, steps: int = 60) -> Story:
    chance = Random(seed)
    story = Story()
    story.tell(job_requested("alone", Marketplace.ETSY))
    for number in range(3):
        batch_id = f"batch-{number}"
        story.tell(batch_requested(batch_id, item_count=4), items_added("mug", "cup", batch_id=batch_id))
        if chance.random() < 0.7:
            story.tell(items_added("jar", "pot", batch_id=batch_id, sequence=1))
    for step in range(steps):
        _step(story, chance, step)
    return story


def _step(story: Story, chance: Random, step: int) -> None:
    commands = story.take_commands()
    chance.shuffle(commands)
    done = chance.randint(0, len(commands))
    story.commands.extend(commands[done:])
    with broken(decide, "conclude", commands[0].job_id if commands and chance.random() < 0.1 else "nobody"):
        story.tell(*(failed(one, chance.choice(FAILURES)) if chance.random() < 0.12 else succeeded(one) for one in commands[:done]))
    if story.shard.parked and chance.random() < 0.3:
        story.tell(_redrive(story, chance.choice(sorted(story.shard.parked)), step))
    if chance.random() < 0.25:
        story.tell(_wish(story, chance, step))
    story.wait(chance.choice((0.0, 1.0, 20.0, 60.0)))


def _redrive(story: Story, job_id: str, step: int) -> Request:
    letters = [letter for letter in story.letters() if letter.subject == job_id]
    return redrive(job_id, letters, f"redrive-{step}").model_copy(update={"requested_at": story.now})


def _wish(story: Story, chance: Random, step: int) -> Request:
    request_id = f"wish-{step}"
    if chance.random() < 0.1:
        return BatchCancelRequested(
            tenant_id="demo", requested_at=story.now, request_id=request_id, batch_id=f"batch-{chance.randint(0, 2)}"
        )
    job_id = chance.choice(sorted(story.shard.jobs))
    return chance.choice(CONTROLS)(tenant_id="demo", requested_at=story.now, request_id=request_id, job_id=job_id)


def recorded(facts: Sequence[Fact], first: int = 0, partition: int = 0) -> list[Recorded[Fact]]:
    """With holes between the offsets, as transactions leave them."""
    return [
        Recorded("hawker.journal", partition, first + 2 * number, Envelope(str(number), fact.type_name, "test", fact.at), fact)
        for number, fact in enumerate(facts)
    ]


def pages(journal: Sequence[Recorded[Fact]], size: int) -> list[Sequence[Recorded[Fact]]]:
    return [journal[start : start + size] for start in range(0, len(journal), size)]
