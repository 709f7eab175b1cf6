"""How a process learns where its log is."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from hawker.kafka.settings import KafkaSettings


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOOTSTRAP", "TOPIC_PREFIX", "SHARDS", "COMMAND_PARTITIONS", "SECURITY_PROTOCOL", "SASL_PASSWORD"):
        monkeypatch.delenv(f"HAWKER_KAFKA_{name}", raising=False)


def test_the_environment_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAWKER_KAFKA_BOOTSTRAP", "broker:9092")
    monkeypatch.setenv("HAWKER_KAFKA_TOPIC_PREFIX", "staging")
    monkeypatch.setenv("HAWKER_KAFKA_SHARDS", "4")
    settings = KafkaSettings()
    assert (settings.bootstrap, settings.shards, settings.command_partitions) == ("broker:9092", 4, 12)
    assert settings.topics.journal == "staging.journal"


def test_without_an_address_there_are_no_settings() -> None:
    with pytest.raises(ValidationError, match="bootstrap"):
        KafkaSettings()


@pytest.mark.parametrize(
    "wrong",
    [{"shards": 0}, {"replication": 0}, {"topic_prefix": "with space"}, {"session_timeout_seconds": 0}, {"security_protocol": "NONE"}],
)
def test_what_no_broker_would_take_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        KafkaSettings.model_validate({"bootstrap": "b:1", **wrong})


def test_a_plain_connection_needs_the_address_alone() -> None:
    assert KafkaSettings(bootstrap="b:1").connection() == {"bootstrap_servers": "b:1", "security_protocol": "PLAINTEXT"}


def test_a_password_reaches_the_client_and_nothing_else() -> None:
    settings = KafkaSettings.model_validate(
        {
            "bootstrap": "b:1",
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_username": "u",
            "sasl_password": "hunter2",
        }
    )
    connection = settings.connection()
    assert (connection["sasl_plain_username"], connection["sasl_plain_password"]) == ("u", "hunter2")
    assert connection["ssl_context"].check_hostname is True
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_a_certificate_authority_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="ca_file"):
        KafkaSettings(bootstrap="b:1", security_protocol="SSL", ca_file=tmp_path / "none.pem")
