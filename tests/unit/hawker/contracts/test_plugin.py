"""The plugin protocol: what is said arrives, what is no frame is refused without being repeated, and other languages can check it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest
from pydantic import SecretStr

from hawker.contracts import plugin, plugin_schema
from hawker.contracts.plugin import (
    Ack,
    BytesBody,
    Cancel,
    FrameError,
    FromBridge,
    FromBrowser,
    Hello,
    MultipartBody,
    Nack,
    NackCode,
    Part,
    Ping,
    Pong,
    Task,
    TaskResult,
    TextBody,
    Welcome,
)

COMMITTED = Path(__file__).parents[4] / "docs/api/plugin-protocol.schema.json"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TASK_ID = "job-1:3:1:create"


def task(body: TextBody | BytesBody | MultipartBody | None) -> Task:
    return Task(task_id=TASK_ID, method="POST", url="https://flea.example/sell", body=body, deadline=NOON, idempotent=False)


FROM_BROWSER: tuple[FromBrowser, ...] = (
    Hello(v=1, device_id="device-1", token=SecretStr("a secret"), boot_id="boot-1", known=(TASK_ID,)),
    Ack(task_id=TASK_ID),
    TaskResult(task_id=TASK_ID, status=201, url="https://flea.example/sell", headers={"content-type": "text/html"}, body="<p>Ünï"),
    Nack(task_id=TASK_ID, code=NackCode.BUSY, reason="six are running"),
    Ping(),
    Pong(),
)
FROM_BRIDGE: tuple[FromBridge, ...] = (
    Welcome(session="device-1", epoch=1_777_000_000_000, now=NOON, keepalive_seconds=20, hosts=("flea.example",)),
    task(None),
    task(TextBody(text="csrf=1&title=Stuhl")),
    task(BytesBody(base64="AAEC")),
    task(
        MultipartBody(parts=(Part(name="csrf", text="1"), Part(name="photo", base64="AAEC", filename="a.jpg", content_type="image/jpeg")))
    ),
    Cancel(task_id=TASK_ID),
    Ping(),
    Pong(),
)


@pytest.mark.parametrize("frame", FROM_BROWSER, ids=lambda frame: frame.type)
def test_what_a_browser_says_arrives_as_it_was_said(frame: FromBrowser) -> None:
    assert plugin.from_browser(plugin.encode(frame)) == frame


@pytest.mark.parametrize("frame", FROM_BRIDGE, ids=lambda frame: frame.type)
def test_what_the_bridge_says_arrives_as_it_was_said(frame: FromBridge) -> None:
    assert plugin.from_bridge(plugin.encode(frame)) == frame


def test_a_token_is_written_on_the_wire_and_nowhere_else() -> None:
    hello = FROM_BROWSER[0]
    assert "a secret" in plugin.encode(hello)
    assert "a secret" not in f"{hello} {hello!r} {hello.model_dump()}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("secret but no JSON", "frame: json_invalid"),
        ('{"type": "secret"}', "union_tag_invalid"),
        ('{"v": 1}', "union_tag_not_found"),
        ('{"type": "ack", "task_id": "secret id with spaces"}', "ack.task_id"),
        ('{"type": "welcome", "session": "secret"}', "union_tag_invalid"),
        ('["secret"]', "dict_type"),
    ],
)
def test_what_is_no_frame_is_refused_with_its_place_and_without_its_text(text: str, says: str) -> None:
    with pytest.raises(FrameError) as refused:
        plugin.from_browser(text)
    assert says in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_field_of_a_later_version_is_overlooked() -> None:
    assert plugin.from_browser('{"type": "ping", "mood": "good"}') == Ping()


def test_the_longest_body_fits_into_a_frame_whatever_it_holds() -> None:
    body = "\x01" * plugin.RESULT_BODY_CHARS_MAX
    frame = TaskResult(task_id=TASK_ID, status=200, url="https://flea.example/", body=body)
    assert len(plugin.encode(frame).encode()) < plugin.RESULT_FRAME_BYTES_MAX


def test_the_longest_hello_fits_into_its_limit() -> None:
    known = tuple(f"{number:03}{'x' * 197}" for number in range(plugin.TASKS_KNOWN_MAX))
    hello = Hello(v=1, device_id="d" * 64, token=SecretStr("t" * 64), boot_id="b" * 64, known=known)
    assert len(plugin.encode(hello)) < plugin.HELLO_BYTES_MAX


def test_the_committed_schema_is_the_protocol() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == plugin_schema.text(), "run: python -m hawker.contracts.plugin_schema"


@pytest.mark.parametrize("frame", FROM_BROWSER + FROM_BRIDGE, ids=lambda frame: frame.type)
def test_every_frame_is_valid_by_the_schema(frame: FromBrowser | FromBridge) -> None:
    side = "FromBrowser" if frame in FROM_BROWSER else "FromBridge"
    assert errors_of(side, plugin.encode(frame)) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"task_id": "job-1:3:1:create"}',
        '{"type": "ack"}',
        '{"type": "nack", "task_id": "job-1:3:1:create", "code": "tired"}',
        '{"type": "task", "task_id": "job-1:3:1:create"}',
    ],
)
def test_what_is_no_frame_of_a_browser_is_invalid_by_the_schema_too(text: str) -> None:
    assert errors_of("FromBrowser", text)


def errors_of(side: str, text: str) -> list[str]:
    schema = json.loads(COMMITTED.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator({"$ref": f"#/$defs/{side}", "$defs": schema["$defs"]})
    return [error.message for error in validator.iter_errors(json.loads(text))]
