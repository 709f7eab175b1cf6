"""No secret is ever said, wherever it stands in what is logged."""

import pytest
from pydantic import SecretStr

from hawker.telemetry.redaction import REDACTED, redact, scrub


@pytest.mark.parametrize(
    "key",
    ["password", "db_password", "refresh_token", "access_token", "Authorization", "client_secret", "api_key", "apiKey", "keystring", "Set-Cookie", "postgres_dsn", "credentials_keys"],
)  # fmt: skip
def test_a_value_under_a_key_that_names_a_secret_is_not_said(key: str) -> None:
    assert redact({"event": "x", key: "hunter2"}) == {"event": "x", key: REDACTED}


@pytest.mark.parametrize("key", ["event", "topic", "job_id", "key_count", "description", "passes", "partition"])
def test_other_keys_are_left_alone(key: str) -> None:
    assert redact({key: "plain"}) == {key: "plain"}


def test_secrets_are_found_however_deep_they_lie() -> None:
    event = {"request": {"headers": [{"Authorization": "Bearer abc"}], "ids": ("a", 1)}}
    assert redact(event) == {"request": {"headers": [{"Authorization": REDACTED}], "ids": ["a", 1]}}


def test_what_is_nested_too_deep_is_not_shown() -> None:
    event: dict[str, object] = {"password": "x"}
    for _ in range(10):
        event = {"in": event}
    assert "x" not in str(redact(event)).replace("'in'", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sent Bearer abc.def-ghi to eBay", f"sent Bearer {REDACTED} to eBay"),
        ("postgresql://hawker:pa55@db:5432/hawker refused", f"postgresql://hawker:{REDACTED}@db:5432/hawker refused"),
        ("POST grant_type=refresh&refresh_token=abc123&scope=x", f"POST grant_type=refresh&refresh_token={REDACTED}&scope=x"),
        ('{"access_token": "abc123", "expires_in": 3}', f'{{"access_token": "{REDACTED}", "expires_in": 3}}'),
        ("http://127.0.0.1:8080/v1/jobs answered 200", "http://127.0.0.1:8080/v1/jobs answered 200"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_credentials_inside_a_text_are_cut_out(text: str, said: str) -> None:
    assert scrub(text) == said


def test_bytes_are_counted_and_not_shown() -> None:
    assert redact({"value": b"\xff" * 7}) == {"value": "7 bytes"}


def test_a_secret_value_hides_itself() -> None:
    assert "hunter2" not in str(redact({"field": SecretStr("hunter2")}))
