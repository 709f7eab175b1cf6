"""Settings and files of defaults: what is wrong ends a process with one clear line that names it, shows no secret and no traceback."""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from api_gateway import wiring as gateway
from ebay_worker import settings as ebay
from ebay_worker import wiring as ebay_worker
from etsy_worker import settings as etsy
from etsy_worker import wiring as etsy_worker
from hawker.kafka import client
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.telemetry.process import run_process
from hawker.worker.sealing import KeyRing, SealError
from plugin_bridge import wiring as bridge
from plugin_bridge.flea import defaults as flea
from tests.fuzz import hostile
from tests.fuzz.profile import fuzz

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ="
GOOD = {
    "HAWKER_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "HAWKER_POSTGRES_DSN": f"postgresql://hawker:{SECRET}@127.0.0.1:5432/hawker",
    "HAWKER_CREDENTIALS_KEYS": f"k1:{SECRET}",
    "HAWKER_EBAY_CLIENT_ID": "id",
    "HAWKER_EBAY_CLIENT_SECRET": SECRET,
    "HAWKER_ETSY_KEYSTRING": "key",
    "HAWKER_ETSY_SHARED_SECRET": SECRET,
    "HAWKER_JWKS_URL": "file:///nowhere",
}
NAMES = [
    *GOOD,
    *(f"HAWKER_{name}" for name in ("KAFKA_SHARDS", "KAFKA_TOPIC_PREFIX", "KAFKA_SECURITY_PROTOCOL", "KAFKA_CA_FILE", "LOG_LEVEL")),
    *(f"HAWKER_{name}" for name in ("GATEWAY_PORT", "POSTGRES_CONNECTIONS_MAX", "DEFAULTS_FILE", "WORKER_IN_FLIGHT_MAX")),
]
SERVICES: Mapping[str, Callable[[], object]] = {
    "api-gateway": gateway.Settings.from_environment,
    "ebay-worker": ebay_worker.Settings.from_environment,
    "etsy-worker": etsy_worker.Settings.from_environment,
    "plugin-bridge": bridge.Settings.from_environment,
}

values = st.one_of(
    hostile.words.map(lambda word: word.replace("\x00", "")),
    st.sampled_from(
        [SECRET, f"postgresql://a:{SECRET}@h:port/d", f"x://{SECRET}", f"postgres://{SECRET}@[::1", "a:b:c", "host:99999999", ","]
    ),
    st.sampled_from(["-1", "0", "1e9", "nan", "9" * 5000, "true", "SSL", "SASL_SSL", "/nowhere/ca.pem"]),
)
environments = st.dictionaries(st.sampled_from(NAMES), values, min_size=1, max_size=3)


@fuzz(25)
@given(service=st.sampled_from(sorted(SERVICES)), changed=environments)
def test_a_wrong_setting_ends_a_process_with_one_line(service: str, changed: Mapping[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    async def serve(_: asyncio.Event) -> None:
        settings = SERVICES[service]()
        kafka, postgres = KafkaSettings(), PostgresSettings()
        assert settings
        await client.close_client(client.consumer(kafka, "fuzz"))
        async with await open_pool(postgres):
            pass

    # Telemetry would write every later test's log to this one's captured output.
    quiet = patch("hawker.telemetry.process.telemetry", lambda _: nullcontext())
    with quiet, patch.dict(os.environ, {**GOOD, **changed}, clear=True):
        status = run_process(service, serve)
    said = capsys.readouterr()
    assert status in {0, 1}
    assert SECRET not in said.err + said.out
    assert (said.err.count("\n") == 1) == (status == 1), said.err


LOADS: Mapping[str, tuple[Callable[[Path], object], type[Exception]]] = {
    "ebay": (ebay.load_defaults, ebay.DefaultsError),
    "etsy": (etsy.load_defaults, etsy.DefaultsError),
    "flea": (flea.load, flea.DefaultsError),
}
LINES = st.sampled_from(["a", "category", "taxonomy_id", "[aspects]", "[[x]]", "condition", "currency", "a.b", '"\\u0000"'])
tomls = st.lists(st.tuples(LINES, st.one_of(hostile.words.map(repr), hostile.tokens)), max_size=5).map(
    lambda lines: "\n".join(f"{name} = {value}" for name, value in lines)
)
NESTED = ["a = " + "[" * 20_000, "a." * 20_000 + "b = 1", "a = " + "{x=" * 5_000 + "1" + "}" * 5_000, "[" + "a." * 20_000 + "b]"]


@fuzz(60)
@given(
    which=st.sampled_from(sorted(LOADS)), content=st.one_of(tomls.map(str.encode), hostile.blobs, st.sampled_from(NESTED).map(str.encode))
)
def test_defaults_that_cannot_be_used_say_which_file_and_why(which: str, content: bytes, tmp_path: Path) -> None:
    load, refusal = LOADS[which]
    file = tmp_path / "defaults.toml"
    file.write_bytes(content)
    try:
        load(file)
    except refusal as fault:
        text = str(fault)
    else:
        text = str(file)
    assert text.startswith(str(file))


@pytest.mark.parametrize("which", sorted(LOADS))
def test_defaults_that_are_not_there_say_so(which: str, tmp_path: Path) -> None:
    load, refusal = LOADS[which]
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(refusal, match=str(tmp_path)):
            load(path)


@pytest.mark.parametrize(
    "text", [SECRET, f"{SECRET}:k1", f"k1:{SECRET},{SECRET}", f":{SECRET}", f"k1 {SECRET}", "k1:", "k1:é", f"k1:{SECRET[:-9]}"]
)
def test_keys_that_cannot_be_used_are_not_shown(text: str) -> None:
    """A key without a name was told as the name of a key."""
    with pytest.raises(SealError) as refused:
        KeyRing.parse(text)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("text", ["h", "h:1", "a:1,b:2", " a:1 , b:2 ", "[::1]:9092", "kafka-0.kafka.svc:9092"])
def test_addresses_of_brokers_are_taken_as_they_are_written_everywhere(text: str) -> None:
    assert KafkaSettings(bootstrap=text).bootstrap == text


@pytest.mark.parametrize("text", ["", "h:port", "h:1:2", "a,,b", "http://h:1"])
def test_what_is_no_address_of_a_broker_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValidationError, match="host:port"):
        KafkaSettings(bootstrap=text)


@pytest.mark.parametrize("text", ["", "h:1/d", "postgresql://h:port/d", "mysql://h/d", "postgresql://u:p/w@h/d"])
def test_what_is_no_address_of_a_database_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValidationError, match="postgresql://user:password@host:port/database"):
        PostgresSettings(dsn=SecretStr(text))
