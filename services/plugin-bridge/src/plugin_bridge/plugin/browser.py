"""A seller's browser as a handler sees it: one request, one answer or a Failure. Asks the rule before anything leaves; never follows, retries or evades."""

from collections.abc import Collection
from dataclasses import dataclass, field

import structlog

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.plugin import Body, FrameError, Nack, Task, TaskResult
from hawker.contracts.plugin_policy import refusal
from plugin_bridge.plugin import nacks
from plugin_bridge.plugin.session import Lost, Session
from plugin_bridge.plugin.sessions import Sessions

log = structlog.get_logger()

RECONNECT_WAIT_SECONDS = 5.0
"""How long a request waits for its browser: a browser comes back about a second after a bridge has restarted."""
ASKS_MAX = 3
"""How often one request is put to a browser that keeps losing its line."""


@dataclass(frozen=True, slots=True)
class Request:
    """`step` names the request within its command; the same step of a redelivered command is the same task to the browser."""

    step: str
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: Body | None = None

    @property
    def idempotent(self) -> bool:
        return self.method == "GET"


@dataclass(frozen=True, slots=True)
class Browser:
    """Bound to one command: only a session of the same tenant, account and marketplace carries it."""

    sessions: Sessions
    command: ExecuteTask
    hosts: Collection[str]
    wait_seconds: float = RECONNECT_WAIT_SECONDS

    async def fetch(self, request: Request) -> TaskResult | Failure:
        task = self._task(request)
        code = refusal(task, self.hosts)
        if code is not None:
            return nacks.failure(Nack(task_id=task.task_id, code=code), task)
        session = await self._reach()
        if session is None:
            return NOT_CONNECTED
        try:
            return await self._ask(task, session)
        except FrameError:
            return TOO_LARGE

    async def _ask(self, task: Task, session: Session) -> TaskResult | Failure:
        for _ in range(ASKS_MAX):
            answer = await session.ask(task)
            match answer:
                case TaskResult():
                    return answer
                case Nack():
                    return nacks.failure(answer, task)
                case Lost(sent):
                    again = await self._reach()
                    if again is None or not _may_ask_again(task, again, sent=sent):
                        return NOT_CONNECTED if task.idempotent or not sent else UNKNOWN
                    session = again
        return UNSTEADY if task.idempotent else UNKNOWN

    async def _reach(self) -> Session | None:
        if self.command.session is None:
            return None
        session = await self.sessions.reach(self.command.session, self.wait_seconds)
        if session is None or self._owns(session):
            return session
        log.error("a command names a session that is not of its account", command=self.command.command_id)
        return None

    def _owns(self, session: Session) -> bool:
        command = self.command
        return session.device.account == (command.tenant_id, command.marketplace, command.account_id)

    def _task(self, request: Request) -> Task:
        return Task(
            task_id=f"{self.command.command_id}:{request.step}",
            method=request.method,
            url=request.url,
            headers=request.headers,
            body=request.body,
            deadline=self.command.deadline,
            idempotent=request.idempotent,
        )


NOT_CONNECTED = Failure(
    kind=FailureKind.NOT_CONNECTED, reason="Your browser is not connected. Open it with the Hawker extension switched on."
)
TOO_LARGE = Failure(kind=FailureKind.REJECTED, reason="The picture is too large to go through your browser.")
UNSTEADY = Failure(kind=FailureKind.TRANSIENT, reason="Your browser is connected but does not answer.")
UNKNOWN = Failure(kind=FailureKind.UNKNOWN, reason="Your browser went away in the middle of a request, so it may have been carried out.")


def _may_ask_again(task: Task, session: Session, *, sent: bool) -> bool:
    """What may have begun goes only to a browser that remembers it and so does not do it twice."""
    return task.idempotent or not sent or task.task_id in session.known
