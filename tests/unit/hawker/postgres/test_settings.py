"""The address of the database is a secret."""

import pytest

from hawker.postgres.settings import PostgresSettings


def test_the_password_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAWKER_POSTGRES_DSN", "postgresql://me:hunter2@db/hawker")
    settings = PostgresSettings()
    assert "hunter2" not in repr(settings) + str(settings)
    assert settings.dsn.get_secret_value().endswith("/hawker")
