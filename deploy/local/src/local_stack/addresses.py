"""Where everything of one stack is, as the words that the table of programs uses. Asks for ports, starts nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from local_stack.keys import Keys
from local_stack.layout import CHECKOUT, Layout
from local_stack.ports import Ports
from local_stack.programs import Program
from local_stack.seed import Device
from local_stack.servers import kafka_bootstrap, postgres_dsn

HOST = "127.0.0.1"
DEFAULTS = CHECKOUT / "deploy" / "local" / "defaults"
SITES = ("ebay", "etsy", "flea", "pictures", "control")


@dataclass(frozen=True, slots=True)
class Addresses:
    layout: Layout
    ports: Ports
    keys: Keys
    brokers: int = 1

    @property
    def kafka_bootstrap(self) -> str:
        return kafka_bootstrap(self.ports, self.brokers)

    @property
    def postgres_dsn(self) -> str:
        return postgres_dsn(self.layout, self.ports)

    @property
    def api_url(self) -> str:
        return self.api_url_of(1)

    @property
    def bridge_url(self) -> str:
        return self.bridge_url_of(1)

    def bridge_url_of(self, number: int) -> str:
        return f"ws://{HOST}:{self.ports['bridge' if number == 1 else f'bridge-{number}']}"

    def api_url_of(self, number: int) -> str:
        return f"http://{HOST}:{self.ports['gateway' if number == 1 else f'gateway-{number}']}"

    def site(self, name: str) -> str:
        """A stand-in's address: ebay, etsy, flea, pictures or control."""
        return f"http://{HOST}:{self.ports[f'sandbox-{name}']}"

    def values(self, program: Program, instance: str, device: Device, latency_ms: int) -> Mapping[str, str]:
        """Every word in braces. Each instance of a program that listens has a port of its own."""
        port = "" if program.port is None else str(self.ports[instance.replace(program.name, program.port)])
        return self._sites() | {
            "host": HOST,
            "port": port,
            "instance": instance,
            "metrics_port": str(self.ports[f"metrics-{instance}"]),
            "kafka_bootstrap": self.kafka_bootstrap,
            "postgres_dsn": self.postgres_dsn,
            "jwks_url": self.keys.jwks.as_uri(),
            "credentials_keys": self.keys.credentials_keys,
            "defaults": str(DEFAULTS),
            "bridge_url": self.bridge_url,
            "device_id": device.device_id,
            "device_token": device.token,
            "browser_storage": str(self.layout.folder / instance),
            "latency_ms": str(latency_ms),
        }

    def _sites(self) -> dict[str, str]:
        urls = {f"{name}_url": self.site(name) for name in SITES}
        return urls | {f"{name}_port": str(self.ports[f"sandbox-{name}"]) for name in SITES}
