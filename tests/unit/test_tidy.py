"""The house rules that no linter knows, on the project's own source. Each failure says what to do instead."""

import ast
from collections.abc import Callable, Iterator

import pytest

from tests.support import tidy
from tests.support.tidy import Source

type Rule = Callable[[Source], Iterator[str]]


def found(rule: Rule) -> list[str]:
    return [complaint for source in tidy.sources() for complaint in rule(source)]


def test_functions_fit_on_a_screen() -> None:
    assert found(tidy.long_functions) == []


def test_files_are_short_essays() -> None:
    assert found(tidy.long_file) == []


def test_every_module_opens_with_what_it_is_for() -> None:
    assert found(tidy.missing_docstring) == []


def test_nothing_uses_what_has_a_better_way_here() -> None:
    assert found(tidy.banned) == []


def test_nothing_is_left_for_later() -> None:
    assert found(tidy.leftovers) == []


def test_every_ignore_gives_its_reason() -> None:
    assert found(tidy.bare_ignores) == []


def test_no_file_names_a_place_of_one_machine_or_a_registry() -> None:
    assert [complaint for text in tidy.texts() for complaint in tidy.foreign_places(text)] == []


def test_every_module_is_used() -> None:
    assert list(tidy.dead_modules(tidy.sources())) == []


def test_test_folders_are_no_packages() -> None:
    assert [source.path for source in tidy.sources() if source.is_test and source.path.endswith("__init__.py")] == []


BAD = [
    (tidy.long_functions, "def f() -> None:\n" + "    x = 1\n" * 60),
    (tidy.long_file, "x = 1\n" * 401),
    (tidy.missing_docstring, "x = 1\n"),
    (tidy.banned, "async def f():\n    time.sleep(1)\n"),
    (tidy.banned, "def f():\n    print(1)\n"),
    (tidy.banned, "now = datetime.now()\n"),
    (tidy.banned, "import requests\n"),
    (tidy.banned, "from requests import get\n"),
    (tidy.banned, "client = httpx.AsyncClient(timeout=1)\n"),
    (tidy.banned, "def f():\n    raise NotImplementedError\n"),
    (tidy.banned, "@pytest.mark.xfail\ndef test_it(): ...\n"),
    (tidy.leftovers, "x = 1  # TO" + "DO: more\n"),
    (tidy.bare_ignores, "x = f()  # no" + "qa: E501\n"),
    (tidy.bare_ignores, "x = f()  # type" + ": ignore[arg-type]\n"),
    (tidy.foreign_places, "see /ro" + "ot/thing\n"),
    (tidy.foreign_places, "from https://" + "pypi" + ".org/simple\n"),
]
GOOD = [
    (tidy.banned, "def f():\n    time.sleep(1)\n"),
    (tidy.banned, "now = datetime.now(UTC)\n"),
    (tidy.bare_ignores, "x = f()  # no" + "qa: E501  the table is wider than a line\n"),
    (tidy.bare_ignores, "x = f()  # type" + ": ignore[arg-type]  # the stub is wrong\n"),
    (tidy.missing_docstring, '"""What it is for."""\n'),
    (tidy.foreign_places, "see docs/root/thing and ${HOME}/work\n"),
]


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_a_rule_finds_what_breaks_it(rule: Rule, text: str) -> None:
    assert list(rule(Source("services/x/src/x/bad.py", text)))


@pytest.mark.parametrize(("rule", "text"), GOOD)
def test_a_rule_leaves_the_rest_alone(rule: Rule, text: str) -> None:
    assert list(rule(Source("services/x/src/x/good.py", text))) == []


def test_a_module_that_nobody_imports_is_found() -> None:
    alone = Source("services/x/src/x/alone.py", "y = 1\n")
    used = Source("services/x/src/x/used.py", "y = 1\n")
    main = Source("services/x/src/x/__main__.py", "from x import used\n")
    assert [complaint.split()[0] for complaint in tidy.dead_modules([alone, used, main])] == [alone.path]


def test_the_sources_are_read_at_all() -> None:
    assert len(tidy.sources()) > 50
    assert all(isinstance(source.tree, ast.Module) for source in tidy.sources()[:5])
