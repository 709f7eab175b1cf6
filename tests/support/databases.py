"""Databases of a test's own: copies of one that was migrated once a run."""

import uuid
from typing import LiteralString

import psycopg
from psycopg import sql

from hawker.postgres.migrate import migrate


def migrated_template(dsn: str) -> str:
    """The name of a database with all migrations, which nobody uses but to copy it."""
    name = _name("template")
    with psycopg.connect(dsn, autocommit=True) as connection:
        _execute(connection, "create database {}", name)
    migrate(dsn_of(dsn, name))
    return name


def copy(connection: psycopg.Connection, template: str) -> str:
    name = _name("test")
    _execute(connection, "create database {} template {}", name, template)
    return name


def drop(connection: psycopg.Connection, name: str) -> None:
    _execute(connection, "drop database {} with (force)", name)


def dsn_of(dsn: str, name: str) -> str:
    return f"{dsn.rpartition('/')[0]}/{name}"


def _name(kind: str) -> str:
    return f"hawker_{kind}_{uuid.uuid4().hex[:12]}"


def _execute(connection: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
