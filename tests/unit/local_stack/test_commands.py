"""What `make` calls, where no stack runs: a sentence and a status, never a traceback."""

import io
import json
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from local_stack import __main__ as commands
from local_stack import compose, demo, screen
from local_stack.missing import MissingError
from local_stack.stack import Stack


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit status."""
    monkeypatch.setattr("sys.argv", ["local_stack", *arguments])
    with pytest.raises(SystemExit) as left:
        commands.main()
    assert left.value.code is None or isinstance(left.value.code, int)
    return left.value.code or 0


def test_stopping_what_does_not_run_is_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "down", "--folder", str(tmp_path)) == 0
    assert "Nothing runs." in capsys.readouterr().out


def test_stopping_a_stack_that_never_was_makes_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "down", "--folder", str(tmp_path / "never")) == 0
    assert not (tmp_path / "never").exists()


def test_the_status_of_nothing_says_how_to_start_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "status", "--folder", str(tmp_path)) == 1
    assert "make up" in capsys.readouterr().out


def test_what_is_missing_is_said_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacking(*_: object) -> None:
        raise MissingError("mvn is missing: it fetches Kafka's jars. Install it [or not], then run this again.")

    monkeypatch.setattr(Stack, "start", lacking)
    assert run(monkeypatch, "up", "--folder", str(tmp_path)) == 1
    said = capsys.readouterr()
    assert "mvn is missing: it fetches Kafka's jars. Install it [or not]" in said.out
    assert "Traceback" not in said.out + said.err


def test_a_word_that_is_no_command_is_a_usage_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "nonsense") == 2
    assert "No such command" in capsys.readouterr().err


@pytest.mark.parametrize("status", [0, 1])
def test_the_demos_verdict_is_the_exit_status(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    monkeypatch.setattr(demo, "run", lambda *_: status)
    assert run(monkeypatch, "demo") == status


def test_each_step_is_told_with_its_time_when_the_next_begins() -> None:
    heard = Console(file=io.StringIO(), width=100)
    with screen.steps(heard) as say:
        say("First")
        say("Second")
    assert isinstance(heard.file, io.StringIO)
    lines = [line.split() for line in heard.file.getvalue().splitlines() if line.strip()]
    assert [line[1] for line in lines] == ["First", "Second"]
    assert all(line[0] == "done" and line[-1] == "s" for line in lines)


def test_the_containers_environment_has_every_variable_that_compose_asks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "FOLDER", tmp_path / "compose")
    monkeypatch.setattr(compose, "ENVIRONMENT", tmp_path / ".env")
    written = dict(line.split("=", 1) for line in compose.write_environment().read_text().splitlines())
    asked = {
        value[2:].partition(":?")[0] for value in _strings(yaml.safe_load(_COMPOSE.read_text())) if value.startswith("${") and ":?" in value
    }
    assert asked == set(written)
    assert json.loads(Path(written["HAWKER_JWKS_FILE"]).read_text())["keys"]


_COMPOSE = Path(__file__).resolve().parents[3] / "deploy" / "compose" / "compose.yaml"


def _strings(node: object) -> list[str]:
    match node:
        case dict():
            return [text for value in node.values() for text in _strings(value)]
        case list():
            return [text for value in node for text in _strings(value)]
        case str():
            return [node]
        case _:
            return []
