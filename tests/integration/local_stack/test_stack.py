"""One whole stack: it starts, it is there for others, and it comes back from what is done to it."""

import json
from collections.abc import Mapping
from pathlib import Path

import httpx
import psutil
import pytest

from local_stack.layout import layout
from local_stack.leash import leash
from local_stack.programs import PROGRAMS
from local_stack.stack import Stack
from local_stack.supervisor import Process, Supervisor
from local_stack.wait import wait_until


def test_every_program_runs(stack: Stack) -> None:
    states = stack.supervisor.states()
    assert {name: states.get(name) for name in PROGRAMS} == dict.fromkeys(PROGRAMS, "RUNNING")


def test_starting_it_again_changes_nothing(stack: Stack) -> None:
    before = dict(stack.supervisor.process_ids())
    stack.start()
    assert dict(stack.supervisor.process_ids()) == before


def test_its_tokens_open_the_gateway(stack: Stack) -> None:
    assert _batches(stack.environment()).status_code == 200
    assert _batches(stack.environment(tenant="somebody-else")).json()["items"] == []


def test_it_says_where_everything_is_and_no_secret(stack: Stack) -> None:
    text = stack.layout.facts.read_text()
    facts = json.loads(text)
    assert facts["api_url"] == stack.addresses.api_url
    assert facts["processes"] == dict(stack.supervisor.process_ids())
    token = (stack.layout.folder / facts["token_file"]).read_text()
    assert token.count(".") == 2
    assert token not in text


def test_its_secrets_are_for_its_owner_alone(stack: Stack) -> None:
    kept = [stack.layout.supervisor_config, *stack.layout.secrets.iterdir()]
    assert [file.name for file in kept if file.name != "jwks.json" and file.stat().st_mode & 0o077] == []


def test_a_killed_program_comes_back(stack: Stack) -> None:
    former = stack.kill("etsy-worker")
    assert stack.wait_for_restart("etsy-worker", former) != former


def test_a_paused_program_stands_still_until_it_is_resumed(stack: Stack) -> None:
    paused = psutil.Process(stack.pause("projector"))
    wait_until(lambda: paused.status() == psutil.STATUS_STOPPED, "a stopped projector")
    stack.resume("projector")
    wait_until(lambda: paused.status() != psutil.STATUS_STOPPED, "a running projector")


def test_a_second_process_of_a_program_is_told_the_same_and_has_a_port_of_its_own(stack: Stack) -> None:
    name = stack.add("gateway")
    try:
        first, second = stack.environment_of("gateway"), stack.environment_of(name)
        assert name == "gateway-2"
        assert {key for key in first if first[key] != second[key]} == {"HAWKER_GATEWAY_PORT", "HAWKER_METRICS_PORT", "HAWKER_INSTANCE"}
        url = f"http://127.0.0.1:{second['HAWKER_GATEWAY_PORT']}/health/live"
        wait_until(lambda: _answers(url), "the second gateway")
        wait_until(lambda: _answers(f"http://127.0.0.1:{second['HAWKER_METRICS_PORT']}/metrics"), "its metrics")
    finally:
        stack.remove(name)
    assert name not in stack.supervisor.states()


def test_a_stack_ends_with_the_process_that_held_it(tmp_path: Path) -> None:
    holder = psutil.Popen(["sleep", "600"])
    ours = layout(tmp_path)
    ours.make()
    supervisor = Supervisor(ours)
    supervisor.keep([leash(ours.folder, psutil.Process(holder.pid)), Process("sleeper", ["sleep", "600"])])
    wait_until(lambda: len(supervisor.process_ids()) == 2, "both processes")
    sleeper = psutil.Process(supervisor.process_ids()["sleeper"])
    holder.kill()
    holder.wait()
    wait_until(lambda: not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE, "the end of all")
    wait_until(lambda: supervisor.pid is None, "the end of the supervisor")


def test_what_a_killed_supervisor_left_behind_is_ended_before_a_new_start(tmp_path: Path) -> None:
    supervisor = _with_a_sleeper(tmp_path)
    orphan = psutil.Process(supervisor.process_ids()["sleeper"])
    psutil.Process(supervisor.pid).kill()
    wait_until(lambda: supervisor.pid is None, "the end of the supervisor")
    assert orphan.is_running()
    try:
        again = _with_a_sleeper(tmp_path)
        assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE
        assert again.process_ids()["sleeper"] != orphan.pid
    finally:
        supervisor.shut_down()


def test_one_stacks_end_leaves_another_alone(tmp_path: Path) -> None:
    ours, theirs = _with_a_sleeper(tmp_path / "ours"), _with_a_sleeper(tmp_path / "theirs")
    try:
        ours.shut_down()
        assert theirs.states() == {"sleeper": "RUNNING"}
    finally:
        theirs.shut_down()


def test_what_a_process_is_told_arrives_to_the_letter(tmp_path: Path) -> None:
    told = {"PERCENT": "100%", "JSON": '{"a": 1, "b": "x,y"}', "EQUALS": "a=b;c", "QUOTE": "it's", "EMPTY": ""}
    ours = layout(tmp_path)
    ours.make()
    supervisor = Supervisor(ours)
    heard = tmp_path / "heard.json"
    program = f"import json, os, time; json.dump(dict(os.environ), open({str(heard)!r}, 'w')); time.sleep(600)"
    try:
        supervisor.keep([Process("ear", ["python3", "-c", program], told)])
        wait_until(lambda: heard.exists() and heard.stat().st_size > 0, "the process")
        wait_until(lambda: _is_json(heard), "all of what it heard")
    finally:
        supervisor.shut_down()
    environment = json.loads(heard.read_text())
    assert {name: environment.get(name) for name in told} == told


def test_nobodys_variables_leak_into_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAWKER_KAFKA_BOOTSTRAP", "somewhere:else")
    ours = layout(tmp_path)
    ours.make()
    supervisor = Supervisor(ours)
    try:
        supervisor.keep([Process("sleeper", ["sleep", "600"])])
        wait_until(lambda: "sleeper" in supervisor.process_ids(), "the process")
        assert "HAWKER_KAFKA_BOOTSTRAP" not in psutil.Process(supervisor.process_ids()["sleeper"]).environ()
    finally:
        supervisor.shut_down()


def _with_a_sleeper(folder: Path) -> Supervisor:
    ours = layout(folder)
    ours.make()
    supervisor = Supervisor(ours)
    supervisor.keep([Process("sleeper", ["sleep", "600"])])
    wait_until(lambda: "sleeper" in supervisor.process_ids(), "the process")
    return supervisor


def _batches(access: Mapping[str, str]) -> httpx.Response:
    headers = {"authorization": f"Bearer {access['HAWKER_TOKEN']}"}
    return httpx.get(f"{access['HAWKER_API_URL']}/v1/batches", headers=headers, trust_env=False)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_text())
    except ValueError:
        return False
    return True
