"""What a browser remembers: each task once, and after a crash honestly."""

from pathlib import Path

from hawker.contracts.plugin import TASKS_KNOWN_MAX, Ack, Nack, NackCode, TaskResult
from sandbox.browser_memory import Memory

ANSWER = TaskResult(task_id="job-1:2:1:create", status=201, url="https://flea.example/sell", body='{"listing_id": "5001"}')


def test_an_answer_is_remembered_under_its_task() -> None:
    memory = Memory()
    memory.keep(ANSWER)
    assert memory.recall(ANSWER.task_id) == ANSWER
    assert memory.known == (ANSWER.task_id,)


def test_an_answer_outlives_the_process(tmp_path: Path) -> None:
    Memory(tmp_path).keep(ANSWER)
    assert Memory(tmp_path).recall(ANSWER.task_id) == ANSWER


def test_what_was_under_way_when_the_browser_died_was_interrupted(tmp_path: Path) -> None:
    Memory(tmp_path).keep(Ack(task_id="job-1:2:1:create"))
    assert Memory(tmp_path).recall("job-1:2:1:create") == Nack(task_id="job-1:2:1:create", code=NackCode.INTERRUPTED)


def test_only_the_newest_tasks_are_kept(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    for number in range(TASKS_KNOWN_MAX + 3):
        memory.keep(Ack(task_id=f"task-{number}"))
    assert len(memory.known) == len(list(tmp_path.iterdir())) == TASKS_KNOWN_MAX
    assert memory.recall("task-2") is None
    assert memory.recall("task-3") is not None


def test_a_file_that_is_no_memory_is_overlooked(tmp_path: Path) -> None:
    (tmp_path / "half.json").write_text('{"type": "resu')
    (tmp_path / "other.json").write_text('{"type": "ping"}')
    assert Memory(tmp_path).known == ()
