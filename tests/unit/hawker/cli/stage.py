"""A stage for the command: a gateway that is not there, and the command run against it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from typer.testing import CliRunner, Result

from hawker.cli.app import app
from hawker.cli.world import World

TOKEN = "head.body.signature"
BATCH = {
    "id": "batch-1",
    "marketplace": "ebay",
    "action": "publish",
    "account": "main",
    "priority": 3,
    "status": "completed",
    "progress": {"total": 2, "pending": 0, "running": 0, "completed": 2, "failed": 0, "cancelled": 0, "expired": 0, "percent": 100.0},
    "requested_at": "2026-01-01T10:00:00Z",
    "ended_at": "2026-01-01T10:00:05Z",
}
TASK = {
    "id": "job-1:0",
    "job_id": "job-1",
    "position": 0,
    "name": "validate",
    "kind": "file_operation",
    "operation": "ebay.validate",
    "status": "failed",
    "attempt": 1,
    "retry_count": 0,
    "result": None,
    "failure": {"kind": "rejected", "reason": "The price is missing", "code": None, "text": None, "retry_after_seconds": None},
    "waited_ms": 3,
    "took_ms": 12,
    "started_at": "2026-01-01T10:00:01Z",
    "ended_at": "2026-01-01T10:00:02Z",
}
JOB = {
    "id": "job-1",
    "batch_id": "batch-1",
    "marketplace": "ebay",
    "action": "publish",
    "account": "main",
    "handle": "pot",
    "title": "Pot",
    "priority": 3,
    "status": "failed",
    "retry_count": 0,
    "reason": "rejected",
    "failure": TASK["failure"],
    "listing": None,
    "tasks": [TASK],
    "progress": {"total": 1, "pending": 0, "running": 0, "completed": 0, "failed": 1, "cancelled": 0, "expired": 0, "percent": 100.0},
    "created_at": "2026-01-01T10:00:00Z",
    "due_at": None,
    "ended_at": "2026-01-01T10:00:02Z",
}


def problem(status: int, title: str, detail: str = "") -> httpx.Response:
    return httpx.Response(status, json={"title": title, "detail": detail, "status": status})


def page(*items: Mapping[str, Any], **totals: int) -> httpx.Response:  # Any: JSON
    return httpx.Response(200, json={"items": list(items), "next_cursor": None, "totals": totals})


@dataclass
class Stage:
    """Answers by `VERB /path`; a list is answered one after another. What is not there is a 404."""

    folder: Path
    answers: dict[str, httpx.Response | list[httpx.Response] | httpx.TransportError] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=lambda: {"HAWKER_API_URL": "http://gateway.test", "HAWKER_TOKEN": TOKEN})
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.get(f"{request.method} {request.url.path}", problem(404, "Not found"))
        if isinstance(answer, httpx.TransportError):
            raise answer
        return answer.pop(0) if isinstance(answer, list) else answer

    def run(self, *arguments: str) -> Result:
        world = World(self.environ, self.folder, httpx.MockTransport(self), self._sleep)
        result = CliRunner().invoke(app, list(arguments), obj=world)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        assert TOKEN not in result.output
        return result

    def csv(self, *lines: str, name: str = "products.csv") -> str:
        path = self.folder / name
        path.write_text("\n".join(("Handle,Title,Variant Price", *lines)), encoding="utf-8")
        return str(path)

    def sent(self, number: int) -> Any:  # Any: JSON, as the test knows it
        return json.loads(self.requests[number].content)

    @staticmethod
    async def _sleep(_seconds: float) -> None:
        """Time does not pass on the stage."""
