"""What a stand-in browser remembers of its tasks, in a folder if it has one: so that none is done twice, not even after a crash."""

import json
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from hawker.contracts.plugin import FROM_BROWSER, TASKS_KNOWN_MAX, Ack, Nack, NackCode, TaskResult, encode

type Remembered = Ack | Nack | TaskResult
"""An Ack alone: it began, and how it ended is not known yet."""


class Memory:
    """One file a task, as one key a task in a browser's storage. The newest TASKS_KNOWN_MAX tasks are kept."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._frames: dict[str, Remembered] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._load(folder)

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(self._frames)

    def recall(self, task_id: str) -> Remembered | None:
        return self._frames.get(task_id)

    def keep(self, frame: Remembered) -> None:
        self._frames[frame.task_id] = frame
        if self._folder is not None:
            path = self._path(self._folder, frame.task_id)
            path.with_suffix(".new").write_text(encode(frame), encoding="utf-8")
            path.with_suffix(".new").replace(path)
        while len(self._frames) > TASKS_KNOWN_MAX:
            self._forget(next(iter(self._frames)))

    def _forget(self, task_id: str) -> None:
        del self._frames[task_id]
        if self._folder is not None:
            self._path(self._folder, task_id).unlink(missing_ok=True)

    def _load(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.json"), key=lambda found: found.stat().st_mtime_ns):
            frame = _read(path)
            if isinstance(frame, Ack):  # It was being fetched when the browser died.
                frame = Nack(task_id=frame.task_id, code=NackCode.INTERRUPTED)
            if frame is not None:
                self._frames[frame.task_id] = frame

    @staticmethod
    def _path(folder: Path, task_id: str) -> Path:
        return folder / f"{sha256(task_id.encode()).hexdigest()[:32]}.json"


def _read(path: Path) -> Remembered | None:
    try:
        frame = FROM_BROWSER.validate_json(path.read_bytes())
    except (OSError, ValidationError, json.JSONDecodeError):
        return None  # Not one of ours, or of an older version.
    return frame if isinstance(frame, Ack | Nack | TaskResult) else None
