"""The table of the services and of what each is told: names and variables are facts of Hawker, addresses in {braces} are this machine's.

deploy/compose says the same with container names; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from local_stack.keys import ISSUER

ORIGIN = "chrome-extension://hawkerlocalstackbrowser"
"""What the stand-in browser says it is; the bridge lets nobody else in."""

PARTITIONS = 4
"""Of the sharded topics and of each command topic: enough for two processes of each service to share."""

_KAFKA = {
    "HAWKER_KAFKA_BOOTSTRAP": "{kafka_bootstrap}",
    "HAWKER_KAFKA_SHARDS": str(PARTITIONS),
    "HAWKER_KAFKA_COMMAND_PARTITIONS": str(PARTITIONS),
    "HAWKER_KAFKA_SESSION_TIMEOUT_SECONDS": "6",
}
_POSTGRES = {"HAWKER_POSTGRES_DSN": "{postgres_dsn}"}
_COMMON = {
    "HAWKER_LOG_LEVEL": "INFO",
    "HAWKER_INSTANCE": "{instance}",
    "HAWKER_METRICS_HOST": "{host}",
    "HAWKER_METRICS_PORT": "{metrics_port}",
}
_WORKER = {
    **_KAFKA,
    **_POSTGRES,
    **_COMMON,
    "HAWKER_CREDENTIALS_KEYS": "{credentials_keys}",
    "HAWKER_PICTURES_BASE_URL": "{pictures_url}",
}


@dataclass(frozen=True, slots=True)
class Program:
    """`arguments` follow `python -m`; `environment` has addresses in {braces}."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    stop_seconds_max: int = 20
    port: str | None = None
    """The name under which each instance has a port of its own, as {port}."""


WORKER_STOP_SECONDS_MAX = 60
"""A worker lets running attempts end, 35 s at most; then it leaves Kafka, each client within 10 s although a broker sleeps."""
SHARD_STOP_SECONDS_MAX = 45
"""A turn that is being committed may take 14 s, and leaving Kafka as long as a worker needs for it."""

GATEWAY_STOP_SECONDS_MAX = 30
"""It lets requests end for 15 s, and then leaves Kafka and PostgreSQL, each within a limit."""
BRIDGE = "plugin-bridge"

SERVICES = (
    Program("orchestrator", ("orchestrator", "run"), _KAFKA | _POSTGRES | _COMMON, SHARD_STOP_SECONDS_MAX),
    Program("projector", ("orchestrator", "project"), _KAFKA | _POSTGRES | _COMMON, SHARD_STOP_SECONDS_MAX),
    Program(
        "gateway",
        ("api_gateway",),
        _KAFKA
        | _POSTGRES
        | _COMMON
        | {"HAWKER_GATEWAY_HOST": "{host}", "HAWKER_GATEWAY_PORT": "{port}", "HAWKER_JWKS_URL": "{jwks_url}", "HAWKER_JWT_ISSUER": ISSUER},
        stop_seconds_max=GATEWAY_STOP_SECONDS_MAX,
        port="gateway",
    ),
    Program(
        "ebay-worker",
        ("ebay_worker",),
        _WORKER
        | {
            "HAWKER_DEFAULTS_FILE": "{defaults}/ebay.toml",
            "HAWKER_EBAY_API_URL": "{ebay_url}",
            "HAWKER_EBAY_MEDIA_URL": "{ebay_url}",
            "HAWKER_EBAY_SITE_URL": "{ebay_url}",
            "HAWKER_EBAY_CLIENT_ID": "sandbox-client",
            "HAWKER_EBAY_CLIENT_SECRET": "sandbox-secret",
        },
        WORKER_STOP_SECONDS_MAX,
    ),
    Program(
        "etsy-worker",
        ("etsy_worker",),
        _WORKER
        | {
            "HAWKER_DEFAULTS_FILE": "{defaults}/etsy.toml",
            "HAWKER_ETSY_API_URL": "{etsy_url}",
            "HAWKER_ETSY_KEYSTRING": "sandbox-key",
            "HAWKER_ETSY_SHARED_SECRET": "sandbox-secret",
        },
        WORKER_STOP_SECONDS_MAX,
    ),
    Program(
        BRIDGE,
        ("plugin_bridge",),
        _WORKER
        | {
            "HAWKER_DEFAULTS_FILE": "{defaults}/flea.toml",
            "HAWKER_FLEA_URL": "{flea_url}",
            "HAWKER_BRIDGE_HOST": "{host}",
            "HAWKER_BRIDGE_PORT": "{port}",
            "HAWKER_BRIDGE_ORIGINS": ORIGIN,
        },
        WORKER_STOP_SECONDS_MAX,
        port="bridge",
    ),
)

SANDBOX = Program(
    "sandbox",
    ("sandbox",),
    {
        "HAWKER_SANDBOX_HOST": "{host}",
        "HAWKER_SANDBOX_EBAY_PORT": "{ebay_port}",
        "HAWKER_SANDBOX_ETSY_PORT": "{etsy_port}",
        "HAWKER_SANDBOX_FLEA_PORT": "{flea_port}",
        "HAWKER_SANDBOX_PICTURES_PORT": "{pictures_port}",
        "HAWKER_SANDBOX_CONTROL_PORT": "{control_port}",
        "HAWKER_SANDBOX_LATENCY_MS": "{latency_ms}",
    },
)
"""The stand-in marketplaces and the picture host."""

BROWSER = Program(
    "browser",
    ("sandbox.browser",),
    {
        "HAWKER_BROWSER_BRIDGE_URL": "{bridge_url}",
        "HAWKER_BROWSER_DEVICE_ID": "{device_id}",
        "HAWKER_BROWSER_TOKEN": "{device_token}",
        "HAWKER_BROWSER_FLEA_URL": "{flea_url}",
        "HAWKER_BROWSER_ORIGIN": ORIGIN,
        "HAWKER_BROWSER_STORAGE": "{browser_storage}",
    },
)
"""The stand-in of the seller's browser with the extension."""

PROGRAMS: Mapping[str, Program] = {program.name: program for program in (SANDBOX, *SERVICES, BROWSER)}


def program_of(instance: str) -> Program:
    """`orchestrator` and `orchestrator-2` are both the orchestrator."""
    name = instance if instance in PROGRAMS else instance.rpartition("-")[0]
    return PROGRAMS[name]


def number_of(instance: str) -> int:
    """`orchestrator` is the first, `orchestrator-2` the second."""
    return 1 if instance in PROGRAMS else int(instance.rpartition("-")[2])


def environment(program: Program, values: Mapping[str, str]) -> Mapping[str, str]:
    """What one instance is told, its {braces} filled in."""
    return {name: text.format_map(values) for name, text in program.environment.items()}
