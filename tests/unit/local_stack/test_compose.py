"""Containers and local processes are one stack: the same programs, the same commands, the same variables."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from local_stack.layout import CHECKOUT
from local_stack.programs import PROGRAMS, Program
from sandbox.etsy.state import shop_of
from tests.support import tidy

COMPOSE = CHECKOUT / "deploy" / "compose"
ONLY_LOCAL = frozenset({"HAWKER_INSTANCE"})
"""A container has a host name of its own."""
FROM_A_FILE = frozenset({"HAWKER_BROWSER_DEVICE_ID", "HAWKER_BROWSER_TOKEN"})
"""Paired when the stack starts, and read by browser.sh."""
PREPARING = frozenset({"kafka", "postgres", "topics", "schema", "accounts", "pairing"})


def services() -> Mapping[str, Any]:  # Any: YAML
    found: Mapping[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())["services"]  # as above
    return found


def test_compose_and_the_local_stack_have_the_same_programs() -> None:
    assert set(services()) - PREPARING == set(PROGRAMS)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=lambda program: program.name)
def test_a_program_is_told_the_same_in_a_container(program: Program) -> None:
    told = set(services()[program.name]["environment"])
    assert told | (FROM_A_FILE & set(program.environment)) == set(program.environment) - ONLY_LOCAL


@pytest.mark.parametrize("program", [p for p in PROGRAMS.values() if p.name != "browser"], ids=lambda program: program.name)
def test_a_program_is_the_same_command_in_a_container(program: Program) -> None:
    assert services()[program.name]["command"] == ["python", "-m", *program.arguments]


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=lambda program: program.name)
def test_fixed_values_are_the_same_in_a_container(program: Program) -> None:
    told = services()[program.name]["environment"]
    fixed = {name: value for name, value in program.environment.items() if "{" not in value and name != "HAWKER_LOG_LEVEL"}
    assert {name: told[name] for name in fixed} == fixed


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=lambda program: program.name)
def test_a_container_has_as_long_to_stop(program: Program) -> None:
    grace = services()[program.name].get("stop_grace_period", "20s")
    assert int(grace.removesuffix("s")) >= program.stop_seconds_max or program.stop_seconds_max <= 20


@pytest.mark.parametrize("name", sorted(set(PROGRAMS)))
def test_an_image_is_built_from_one_folder_alone(name: str) -> None:
    file = services()[name]["build"]["dockerfile"]
    folder = file.rpartition("/")[0]
    copied = re.findall(r"^COPY (?!--from)(\S+)", (CHECKOUT / file).read_text(), re.MULTILINE)
    assert copied == ["requirements.lock", "shared", folder]


def test_every_service_folder_has_an_image() -> None:
    folders = {name.rpartition("/")[0] for name in tidy.tracked() if name.startswith("services/") and name.endswith("/pyproject.toml")}
    assert {folder for folder in folders if not (CHECKOUT / folder / "Dockerfile").exists()} == set()


def test_the_seeded_etsy_shop_is_the_stand_ins() -> None:
    seed = (COMPOSE / "seed" / "accounts.py").read_text().replace("_", "")
    assert str(shop_of("demo-main")) in seed
