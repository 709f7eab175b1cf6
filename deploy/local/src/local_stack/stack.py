"""One whole stack on this machine, as an object: start, stop, and what a test does to it: kill, pause, add. Several live side by side, each in its folder.

with Stack(folder).running() as stack:
    stack.kill("ebay-worker")
"""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from hawker.kafka.admin import match_topics
from hawker.kafka.settings import KafkaSettings
from hawker.postgres.migrate import migrate
from local_stack import postgres, readiness, seed
from local_stack.addresses import Addresses
from local_stack.facts import write_facts
from local_stack.kafka import REPLICATION_MAX
from local_stack.keys import Keys
from local_stack.layout import DEFAULT_FOLDER, layout
from local_stack.leash import leash
from local_stack.ports import Ports
from local_stack.programs import BRIDGE, BROWSER, PARTITIONS, PROGRAMS, SANDBOX, environment, number_of, program_of
from local_stack.seed import NO_DEVICE, Device, Seller
from local_stack.servers import kafka_processes, postgres_process, wait_for_kafka, wait_for_postgres
from local_stack.supervisor import Process, Supervisor
from local_stack.wait import wait_until

type Say = Callable[[str], None]
"""Told what is being done now."""


class Stack:
    """`latency_ms` is what each call of a stand-in marketplace takes. A `leashed` stack ends with this process, however that ends."""

    def __init__(
        self,
        folder: Path = DEFAULT_FOLDER,
        *,
        usual_ports: bool = False,
        leashed: bool = True,
        latency_ms: int = 0,
        extra: Mapping[str, str] | None = None,
        brokers: int = 1,
        sellers: Sequence[Seller] = (Seller(),),
        more: Sequence[str] = (),
    ) -> None:
        """`extra` are variables that every program is given beside its own. `more` are further processes, as `orchestrator-2`.

        The browser `browser-2` is the second seller's; each seller needs one of his own.
        """
        self.layout = layout(folder)
        self.layout.make()
        self.supervisor = Supervisor(self.layout)
        self.addresses = Addresses(self.layout, Ports(self.layout.ports, usual=usual_ports), Keys(self.layout.secrets), brokers)
        self.sellers = tuple(sellers)
        self._leashed = leashed
        self._latency_ms = latency_ms
        self._extra = extra or {}
        self._instances = [*PROGRAMS, *more]
        self._ground: Sequence[Process] = ()

    @contextmanager
    def running(self) -> Iterator["Stack"]:
        """A stack for a while: it runs inside, and nothing is left of it outside."""
        try:
            self.start()
            yield self
        finally:
            self.erase()

    @property
    def seller(self) -> Seller:
        """The first of them."""
        return self.sellers[0]

    @property
    def is_running(self) -> bool:
        return self.supervisor.pid is not None

    def start(self, say: Say = lambda _: None) -> None:
        """Returns when work can be submitted. Doing it again changes nothing."""
        say("Preparing Kafka and PostgreSQL")
        fresh = not self.is_running
        if fresh:
            self.addresses.ports.forget_taken()
        self._ground = self._prepared()
        if fresh:
            self.supervisor.keep([*self._ground, self._process(SANDBOX.name)])
        say("Starting PostgreSQL, its schema and the sellers' browsers")
        wait_for_postgres(self.addresses.postgres_dsn)
        migrate(self.addresses.postgres_dsn)
        devices = self._devices()
        say("Starting Kafka and its topics")
        wait_for_kafka(self.addresses.kafka_bootstrap)
        asyncio.run(match_topics(self.kafka_settings))
        say("Starting the services")
        self._connect_accounts(fresh=fresh)
        self._keep(devices, without=self._browsers() if fresh else ())
        readiness.wait_for_bridge(self)
        self._keep(devices)  # A browser that found no bridge would wait before it tries again.
        readiness.wait(self)
        write_facts(self)

    def stop(self) -> None:
        """Everything ends as it does when a machine is shut down in peace; the data stays."""
        self.supervisor.shut_down()
        self.layout.facts.unlink(missing_ok=True)

    def erase(self, *, in_peace: bool = True) -> None:
        """Stops it and forgets everything it kept. Three brokers that all go in peace wait for each other: who is in a hurry kills them."""
        if in_peace:
            self.stop()
        else:
            self.supervisor.destroy()
        for folder in (*postgres.homes(self.layout), self.layout.folder):
            shutil.rmtree(folder, ignore_errors=True)

    # What tests do to it.

    def kill(self, instance: str) -> int:
        """With -9; the supervisor starts it again. Gives the process id that is no more."""
        return self._signal(instance, signal.SIGKILL)

    def pause(self, instance: str) -> int:
        """As if the machine stood still for it."""
        return self._signal(instance, signal.SIGSTOP)

    def resume(self, instance: str) -> int:
        return self._signal(instance, signal.SIGCONT)

    def restart(self, instance: str) -> None:
        """In peace: told to stop, waited for, started."""
        self.supervisor.stop(instance)
        self.supervisor.start(instance)

    def add(self, program: str) -> str:
        """One more process of a program; gives its name."""
        number = 1 + sum(program_of(instance).name == program for instance in self._instances)
        name = f"{program}-{number}"
        self._instances.append(name)
        self._keep(self._devices())
        return name

    def remove(self, instance: str) -> None:
        self._instances.remove(instance)
        self._keep(self._devices())

    def wait_for_restart(self, instance: str, former: int) -> int:
        """The process id of the one that came after `former`."""
        wait_until(lambda: self.supervisor.process_id(instance) not in {None, former}, f"a new {instance}")
        return self.process_id(instance)

    def process_id(self, instance: str) -> int:
        pid = self.supervisor.process_id(instance)
        if pid is None:
            raise LookupError(f"{instance} does not run")
        return pid

    # What others need to speak to it.

    @property
    def kafka_settings(self) -> KafkaSettings:
        replication = min(REPLICATION_MAX, self.addresses.brokers)
        return KafkaSettings(
            bootstrap=self.addresses.kafka_bootstrap, shards=PARTITIONS, command_partitions=PARTITIONS, replication=replication
        )

    def environment(self, *, tenant: str | None = None, role: str = "admin") -> Mapping[str, str]:
        """What the `hawker` command needs."""
        token = self.addresses.keys.token(tenant or self.seller.tenant, role=role)
        return {"HAWKER_API_URL": self.addresses.api_url, "HAWKER_TOKEN": token}

    def environment_of(self, instance: str) -> Mapping[str, str]:
        """What the stack tells one of its processes."""
        return self._environment(instance, self._devices())

    def log(self, instance: str) -> str:
        return (self.layout.logs / f"{instance}.log").read_text(errors="replace")

    # The parts of a start.

    def _prepared(self) -> Sequence[Process]:
        ports = self.addresses.ports
        kept = [leash(self.layout.folder, psutil.Process())] if self._leashed else []
        brokers = kafka_processes(self.layout, ports, self.addresses.brokers)
        return [*brokers, postgres_process(self.layout, ports), *kept]

    def _keep(self, devices: Sequence[Device], without: Collection[str] = ()) -> None:
        services = [self._process(instance, devices) for instance in self._instances if instance not in without]
        self.supervisor.keep([*self._ground, *services])

    def _process(self, instance: str, devices: Sequence[Device] = ()) -> Process:
        program = program_of(instance)
        command = [sys.executable, "-m", *program.arguments]
        return Process(instance, command, self._environment(instance, devices), stop_seconds_max=program.stop_seconds_max)

    def _environment(self, instance: str, devices: Sequence[Device]) -> Mapping[str, str]:
        program = program_of(instance)
        number = number_of(instance)
        is_browser = program is BROWSER
        device = devices[number - 1] if is_browser else NO_DEVICE
        values = self.addresses.values(program, instance, device, self._latency_ms)
        own = self._of_further_browser(number) if is_browser and number > 1 else {}
        return dict(environment(program, values)) | own | dict(self._extra)

    def _of_further_browser(self, number: int) -> dict[str, str]:
        """Another seller is another user at the marketplace too; where there are several bridges, browsers share them."""
        bridges = sum(program_of(instance).name == BRIDGE for instance in self._instances)
        url = self.addresses.bridge_url_of(1 + (number - 1) % bridges)
        return {"HAWKER_BROWSER_USER": self.sellers[number - 1].tenant, "HAWKER_BROWSER_BRIDGE_URL": url}

    def _devices(self) -> Sequence[Device]:
        dsn = self.addresses.postgres_dsn
        return [seed.device(self.layout.device(seller.tenant), seller, dsn=dsn) for seller in self.sellers]

    def _browsers(self) -> Collection[str]:
        return {instance for instance in self._instances if program_of(instance) is BROWSER}

    def _connect_accounts(self, *, fresh: bool) -> None:
        """Once for each run of the stand-ins, which forget everything when they end."""
        if self.layout.seeded.exists() and self.layout.seeded.read_text() == self._run_of_sandbox():
            return
        if not fresh:
            self.restart(SANDBOX.name)  # A start that broke off may have used our Etsy token up.
        addresses = self.addresses
        wait_until(lambda: readiness.answers(addresses.site("control")), "the stand-in marketplaces")
        keys = addresses.keys.credentials_keys
        for seller in self.sellers:
            seed.connect_accounts(seller, dsn=addresses.postgres_dsn, keys=keys, etsy_url=addresses.site("etsy"))
        self.layout.seeded.write_text(self._run_of_sandbox())

    def _run_of_sandbox(self) -> str:
        sandbox = psutil.Process(self.process_id(SANDBOX.name))
        return f"{sandbox.pid} {sandbox.create_time()}"

    def _signal(self, instance: str, number: signal.Signals) -> int:
        pid = self.process_id(instance)
        os.kill(pid, number)
        return pid
