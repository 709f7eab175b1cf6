"""The fixtures give what they promise."""

import psycopg
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]  # aiokafka ships no types

from hawker.contracts.topics import Topics


async def test_a_test_has_topics_of_its_own_that_take_records(kafka_bootstrap: str, topics: Topics) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap)
    await producer.start()
    try:
        written = [await producer.send_and_wait(spec.name, b"a record", partition=3) for spec in topics.specs()]
    finally:
        await producer.stop()
    assert [record.offset for record in written] == [0] * 7


def test_a_test_has_a_database_of_its_own_with_the_migrations(database: str) -> None:
    with psycopg.connect(database) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    assert {"batches", "jobs", "tasks"} <= {name for (name,) in tables}


def test_what_one_test_writes_another_does_not_find(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("create table only_here ()")
        assert connection.execute("select count(*) from batches").fetchone() == (0,)
