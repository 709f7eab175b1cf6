"""Where the gateway and the token are found, and that the token is never shown."""

import json
from pathlib import Path

import pytest

from hawker.cli.access import API_URL_DEFAULT, find

TOKEN = "head.body.signature"


def stack(folder: Path, facts: object) -> None:
    (folder / ".hawker" / "secrets").mkdir(parents=True)
    (folder / ".hawker" / "secrets" / "token").write_text(f"{TOKEN}\n")
    (folder / ".hawker" / "stack.json").write_text(facts if isinstance(facts, str) else json.dumps(facts))


FACTS = {"api_url": "http://127.0.0.1:1234", "token_file": "secrets/token", "processes": {"gateway": 1}, "kafka_bootstrap": "x"}


def test_the_environment_comes_first(tmp_path: Path) -> None:
    stack(tmp_path, FACTS)
    found = find({"HAWKER_API_URL": "http://there", "HAWKER_TOKEN": "a.b.c"}, tmp_path)
    assert (found.api_url, found.token_text, found.api_url_source, found.token_source) == (
        "http://there",
        "a.b.c",
        "HAWKER_API_URL",
        "HAWKER_TOKEN",
    )


def test_the_local_stack_is_found_from_any_folder_below_it(tmp_path: Path) -> None:
    stack(tmp_path, FACTS)
    below = tmp_path / "deep" / "down"
    below.mkdir(parents=True)
    found = find({}, below)
    assert (found.api_url, found.token_text) == ("http://127.0.0.1:1234", TOKEN)
    assert found.stack is not None
    assert found.stack.processes == {"gateway": 1}


def test_without_either_the_usual_address_is_tried_without_a_token(tmp_path: Path) -> None:
    found = find({"HAWKER_TOKEN": "  "}, tmp_path)
    assert (found.api_url, found.token_text, found.stack) == (API_URL_DEFAULT, None, None)


@pytest.mark.parametrize("facts", ["", "{", "[]", '{"api_url": 7}', '{"token_file": "absent"}', '{"token_file": "."}'])
def test_a_broken_stack_file_is_as_none(tmp_path: Path, facts: str) -> None:
    stack(tmp_path, facts)
    assert find({}, tmp_path).token_text is None


def test_the_token_is_in_no_repr(tmp_path: Path) -> None:
    stack(tmp_path, FACTS)
    assert TOKEN not in repr(find({}, tmp_path))


def test_the_local_stacks_operator_has_a_token_of_its_own(tmp_path: Path) -> None:
    stack(tmp_path, {**FACTS, "operator_token_file": "secrets/operator"})
    (tmp_path / ".hawker" / "secrets" / "operator").write_text("op.er.ator\n")
    assert (find({}, tmp_path).token_text, find({}, tmp_path).operator_token_text) == (TOKEN, "op.er.ator")
    assert find({"HAWKER_TOKEN": "a.b.c"}, tmp_path).operator_token_text == "a.b.c"


def test_a_stack_without_an_operators_token_has_one_token_for_everything(tmp_path: Path) -> None:
    stack(tmp_path, {**FACTS, "operator_token_file": "secrets/none"})
    assert find({}, tmp_path).operator_token_text == TOKEN
