"""The plugin protocol, version 1: the text frames between the bridge and a seller's browser. It says what may be said, never who may say it.

    browser                          bridge
       |------- hello ----------------->|   within HELLO_SECONDS; names the device and proves it
       |<------ welcome ----------------|   or the socket closes with a CloseCode
       |<------ task -------------------|   one HTTP request to make
       |------- ack ------------------->|   before fetching: from here on it may have happened
       |------- result, or nack ------->|
       |<------ cancel -----------------|   nobody waits for this task any more
       |<------ ping / pong ----------->|   text, every KEEPALIVE_SECONDS, from both sides; two misses are a dead line

A task that comes again under the same id is never fetched a second time: the browser answers it from its storage.
One that may be repeated (`idempotent`) may also be fetched afresh. A redirect is never followed: the result says `redirected`.
"""

from enum import IntEnum, StrEnum
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints, TypeAdapter, ValidationError, field_serializer

from hawker.contracts.words import Id, Model, Moment

VERSION = 1
HELLO_SECONDS = 5.0
"""From the open socket to the hello."""
ACK_SECONDS = 10.0
"""From the task to its ack or nack."""
KEEPALIVE_SECONDS = 20.0
"""Between pings. A browser stops an extension's worker after 30 s without a text frame; WebSocket's own pings do not count."""
MISSES_MAX = 2
"""Keepalives without any frame from the other side, then the line is dead."""
RECONNECT_SECONDS_FIRST = 1.0
RECONNECT_SECONDS_MAX = 60.0
"""Reconnecting waits between 0 and a limit (full jitter) that doubles from the first to the last."""
HELLO_BYTES_MAX = 64 * 1024
RESULT_FRAME_BYTES_MAX = 1024 * 1024
"""Any frame from a browser, in bytes of UTF-8. The socket closes on a larger one."""
RESULT_BODY_CHARS_MAX = 160 * 1024
"""The body of an answer. JSON writes one character as up to six bytes, and the frame still has to fit; a browser nacks what is larger."""
TASK_FRAME_BYTES_MAX = 16 * 1024 * 1024
"""Any frame from the bridge: a picture as base64 is a third larger than its file."""
TASKS_IN_FLIGHT_MAX = 6
"""Tasks one browser works on at once: browsers open six connections a host."""
TASKS_KNOWN_MAX = 200
"""Tasks a browser remembers, the newest ones."""
HEADERS_MAX = 20
PARTS_MAX = 20
HOSTS_MAX = 50

type TaskId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,200}$")]
"""The command's id and the step in it: `job:position:attempt:step`."""
type Url = Annotated[str, StringConstraints(min_length=8, max_length=2000)]
type Headers = Annotated[
    dict[Annotated[str, StringConstraints(max_length=100)], Annotated[str, StringConstraints(max_length=2000)]],
    Field(max_length=HEADERS_MAX),
]


class CloseCode(IntEnum):
    """Why the bridge closed the socket. After REFUSED and UNSUPPORTED a person has to act; after the others the browser reconnects."""

    REFUSED = 4001
    """Unknown device, wrong token or revoked: pair again."""
    UNSUPPORTED = 4002
    """This version of the protocol is not spoken here."""
    SUPERSEDED = 4003
    """The same device connected anew; this older connection must not come back by itself."""
    LATE = 4004
    """No hello in time."""
    MALFORMED = 4005
    """A frame that is none of this protocol."""
    SILENT = 4006
    """Nothing heard for two keepalives."""
    TRY_AGAIN = 4007
    """This bridge has no work to give yet; come back in about a second."""


class NackCode(StrEnum):
    """Why a browser did not do a task, or cannot say how it ended."""

    BUSY = "busy"
    PAUSED = "paused"
    """By the seller."""
    EXPIRED = "expired"
    """Its deadline had passed before it began."""
    CANCELLED = "cancelled"
    SCHEME_NOT_ALLOWED = "scheme_not_allowed"
    HOST_NOT_ALLOWED = "host_not_allowed"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    HEADER_NOT_ALLOWED = "header_not_allowed"
    PERMISSION_MISSING = "permission_missing"
    """The seller has not given the extension this host."""
    UNKNOWN_TASK = "unknown_task"
    INTERRUPTED = "interrupted"
    """It was being fetched when the browser stopped: it may have happened."""
    UNREACHABLE = "unreachable"
    """The fetch ended without an answer: it may have happened."""
    RESPONSE_TOO_LARGE = "response_too_large"
    """It happened; its answer does not fit."""


class TextBody(Model):
    kind: Literal["text"] = "text"
    text: str


class BytesBody(Model):
    kind: Literal["base64"] = "base64"
    base64: str


class Part(Model):
    """One field of a form: `text`, or a file as `base64` with its name and type."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    text: str | None = None
    base64: str | None = None
    filename: str | None = None
    content_type: str | None = None


class MultipartBody(Model):
    """A form with files. The browser makes the boundary and the content type."""

    kind: Literal["multipart"] = "multipart"
    parts: tuple[Part, ...] = Field(min_length=1, max_length=PARTS_MAX)


type Body = Annotated[TextBody | BytesBody | MultipartBody, Field(discriminator="kind")]


class Hello(Model):
    """`boot_id` is new whenever the browser's worker starts. `known` are the tasks it remembers, running or ended: asked again, it does none twice."""

    type: Literal["hello"] = "hello"
    v: int
    device_id: Id
    token: SecretStr
    boot_id: Id
    known: tuple[TaskId, ...] = Field(default=(), max_length=TASKS_KNOWN_MAX)

    @field_serializer("token", when_used="json")
    def _on_the_wire(self, token: SecretStr) -> str:
        return token.get_secret_value()  # The one place it is written: the frame itself. A repr or a log line shows stars.


class Welcome(Model):
    """`hosts` are the only ones that tasks of this session go to, as `host` or `host:port`.

    `now` is the bridge's clock: deadlines are reckoned by it, for a seller's clock may be wrong.
    """

    type: Literal["welcome"] = "welcome"
    session: Id
    epoch: int
    now: Moment
    keepalive_seconds: float = Field(gt=0)
    hosts: tuple[str, ...] = Field(max_length=HOSTS_MAX)


class Task(Model):
    """One HTTP request. After `deadline`, by the bridge's clock, it must not begin. `idempotent`: doing it twice does no harm."""

    type: Literal["task"] = "task"
    task_id: TaskId
    method: str
    url: Url
    headers: Headers = Field(default_factory=dict)
    body: Body | None = None
    deadline: Moment
    idempotent: bool


class Ack(Model):
    type: Literal["ack"] = "ack"
    task_id: TaskId


class TaskResult(Model):
    """The site's answer. `redirected`: the site pointed elsewhere and nobody went there; status is 0 and the body empty."""

    type: Literal["result"] = "result"
    task_id: TaskId
    status: int = Field(ge=0, le=999)
    url: str
    headers: Headers = Field(default_factory=dict)
    body: Annotated[str, StringConstraints(max_length=RESULT_BODY_CHARS_MAX)] = ""
    redirected: bool = False


class Nack(Model):
    type: Literal["nack"] = "nack"
    task_id: TaskId
    code: NackCode
    reason: Annotated[str, StringConstraints(max_length=500)] = ""


class Cancel(Model):
    type: Literal["cancel"] = "cancel"
    task_id: TaskId


class Ping(Model):
    type: Literal["ping"] = "ping"


class Pong(Model):
    type: Literal["pong"] = "pong"


type FromBrowser = Annotated[Hello | Ack | TaskResult | Nack | Ping | Pong, Field(discriminator="type")]
type FromBridge = Annotated[Welcome | Task | Cancel | Ping | Pong, Field(discriminator="type")]

FROM_BROWSER: TypeAdapter[FromBrowser] = TypeAdapter(FromBrowser)
FROM_BRIDGE: TypeAdapter[FromBridge] = TypeAdapter(FromBridge)


class FrameError(ValueError):
    """A text that is no frame of this side; says where and why, never repeats the text."""


def encode(frame: FromBrowser | FromBridge) -> str:
    return frame.model_dump_json()


def from_browser(text: str | bytes) -> FromBrowser:
    """Raises FrameError."""
    return _read(FROM_BROWSER, text)


def from_bridge(text: str | bytes) -> FromBridge:
    """Raises FrameError."""
    return _read(FROM_BRIDGE, text)


def _read[F](frames: TypeAdapter[F], text: str | bytes) -> F:
    try:
        return frames.validate_json(text)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "frame"
        raise FrameError(f"{where}: {first['type']}") from None  # The message could quote the text; its type cannot.
