"""What the bridge's tests share: devices, commands, sessions on a line that remembers, answers of a site."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.plugin import TASK_FRAME_BYTES_MAX, Ack, CloseCode, FrameError, FromBridge, Nack, Task, TaskResult, encode
from hawker.contracts.words import Marketplace, TaskKind
from plugin_bridge.plugin.devices import Device
from plugin_bridge.plugin.session import Session

HOST = "flea.example"
BASE_URL = f"https://{HOST}"


def device(name: str = "device-1", *, tenant_id: str = "tenant-1", account_id: str = "main") -> Device:
    return Device(name, tenant_id, account_id, Marketplace.FLEA)


def command(operation: str = "flea.create_listing", **changes: object) -> ExecuteTask:
    now = datetime.now(UTC)
    whole: dict[str, object] = {
        "tenant_id": "tenant-1",
        "account_id": "main",
        "marketplace": Marketplace.FLEA,
        "job_id": "job-1",
        "position": 2,
        "attempt": 1,
        "kind": TaskKind.PLUGIN_HTTP,
        "operation": operation,
        "input": {},
        "dispatched_at": now,
        "timeout_seconds": 60,
        "deadline": now + timedelta(seconds=60),
        "session": "device-1",
    }
    return ExecuteTask.model_validate(whole | changes)


def task(task_id: str = "job-1:2:1:create", *, idempotent: bool = False) -> Task:
    deadline = datetime.now(UTC) + timedelta(seconds=60)
    return Task(task_id=task_id, method="GET" if idempotent else "POST", url=f"{BASE_URL}/sell", deadline=deadline, idempotent=idempotent)


def result(task_id: str = "job-1:2:1:create", status: int = 201, body: str = "{}", **headers: str) -> TaskResult:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return TaskResult(task_id=task_id, status=status, url=f"{BASE_URL}/sell", headers=named, body=body)


type Behaviour = Callable[[Task], list[Ack | Nack | TaskResult]]


def answers_well(asked: Task) -> list[Ack | Nack | TaskResult]:
    return [Ack(task_id=asked.task_id), result(asked.task_id)]


def says_nothing(_: Task) -> list[Ack | Nack | TaskResult]:
    return []


def only_acknowledges(asked: Task) -> list[Ack | Nack | TaskResult]:
    return [Ack(task_id=asked.task_id)]


@dataclass(eq=False)
class Line:
    """A browser that answers each task by `behaviour`, at once."""

    behaviour: Behaviour = answers_well
    sent: list[FromBridge] = field(default_factory=list)
    closed: list[CloseCode] = field(default_factory=list)
    session: Session | None = None
    broken: bool = False
    frame_chars_max: int = TASK_FRAME_BYTES_MAX

    async def send(self, frame: FromBridge) -> None:
        if self.broken:
            raise ConnectionError
        if len(encode(frame)) > self.frame_chars_max:
            raise FrameError
        self.sent.append(frame)
        if isinstance(frame, Task) and self.session is not None:
            for answer in self.behaviour(frame):
                self.session.hear(answer)

    async def close(self, code: CloseCode) -> None:
        self.closed.append(code)

    @property
    def tasks(self) -> list[str]:
        return [frame.task_id for frame in self.sent if isinstance(frame, Task)]


def session(behaviour: Behaviour = answers_well, *, of: Device | None = None, known: frozenset[str] = frozenset()) -> tuple[Session, Line]:
    line = Line(behaviour)
    line.session = Session(of or device(), line, known)
    return line.session, line
