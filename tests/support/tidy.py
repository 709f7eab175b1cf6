"""Reads the project's own source and says where it breaks a rule of the house, and what to do instead. Runs none of it."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 400


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file; `path` is relative to the checkout."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.text)

    @property
    def is_test(self) -> bool:
        return self.path.startswith("tests/")

    @property
    def is_program(self) -> bool:
        return "/src/" in self.path

    @property
    def module(self) -> str:
        return self.path.partition("/src/")[2].removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@dataclass(frozen=True, slots=True)
class Ban:
    """A use that has a better way here; `applies` says in which files."""

    what: str
    instead: str
    applies: Callable[[Source], bool] = field(default=lambda _: True)
    only_in_async: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """A call ("f()" without arguments, "f(...)" with), an import ("import f") or a mere mention ("f")."""

    line: int
    text: str
    in_async: bool


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def _services(source: Source) -> bool:
    return source.path.startswith(("services/", "shared/")) and "/cli/" not in source.path


def _outside(*seams: str) -> Callable[[Source], bool]:
    return lambda source: source.is_program and not source.path.endswith(seams)


_NO_ZONE = "datetime.now(UTC): a time without a zone is no time"
_NO_SKIP = "a test that runs: nothing is skipped silently"
BANS = (
    Ban("time.sleep(...)", "await asyncio.sleep(...): this one stops the whole loop", only_in_async=True),
    Ban("print(...)", "structlog.get_logger(): a service's output is its log", _services),
    Ban("datetime.now()", _NO_ZONE),
    Ban("datetime.utcnow()", _NO_ZONE),
    Ban("import requests", "httpx through hawker.worker.http.http_client"),
    Ban(
        "httpx.AsyncClient(...)",
        "hawker.worker.http.http_client: httpx's own pool falls over at 200 connections",
        _outside(
            "hawker/worker/http.py", "hawker/client/hawker.py", "hawker/client/calls.py", "local_stack/demo.py", "api_gateway/auth.py"
        ),  # One call at a time.
    ),
    Ban("asyncio.get_event_loop()", "asyncio.get_running_loop(): the other may make a second loop"),
    Ban("pytest.skip(...)", _NO_SKIP),
    Ban("pytest.mark.skip", _NO_SKIP),
    Ban("pytest.mark.skipif", _NO_SKIP),
    Ban("pytest.mark.xfail", "a mended program, or no test"),
    Ban("NotImplementedError", "the thing itself, or a Protocol"),
)

_LEFTOVERS = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
_BARE_NOQA = re.compile(r"#\s*noqa(?!:\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*\s+\S.*\s*\S)")
_BARE_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[[a-z-]+(?:,\s*[a-z-]+)*\]\s*#\s*\S)")
_MACHINE_PATHS = re.compile(r"(?<![\w.$}])/(?:work/(?:main|shared)|root|home/\w+)/")
_REGISTRY_HOSTS = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("repo", "maven", "apache", "org"),
            ("repo1", "maven", "org"),
            ("registry", "npmjs", "org"),
            ("proxy", "golang", "org"),
            ("deb", "debian", "org"),
        )
    )
)


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the project, those not yet committed too."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return tuple(sorted(name for name in listed.stdout.splitlines() if (ROOT / name).is_file()))


@cache
def sources() -> tuple[Source, ...]:
    return tuple(Source(name, (ROOT / name).read_text()) for name in tracked() if name.endswith(".py"))


def texts() -> Iterator[Source]:
    """Every text file, whatever its kind."""
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            yield Source(name, content.decode(errors="replace"))


def long_functions(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield f"{source.path}:{node.lineno} {node.name} has {lines} lines: name its paragraphs as functions"


def long_file(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > FILE_LINES_MAX:
        yield f"{source.path} has {lines} lines: split it by reason to change"


def missing_docstring(source: Source) -> Iterator[str]:
    if source.is_program and source.text.strip() and ast.get_docstring(source.tree) is None:
        yield f"{source.path}:1 opens with no sentence: what is the room for, and what does it never do?"


def banned(source: Source) -> Iterator[str]:
    bans = [ban for ban in BANS if ban.applies(source)]
    for use in _uses(source.tree):
        for ban in bans:
            if use.text == ban.what and (use.in_async or not ban.only_in_async):
                yield f"{source.path}:{use.line} {ban.what}: rather {ban.instead}"


def leftovers(source: Source) -> Iterator[str]:
    yield from _matching(source, _LEFTOVERS, "finish it, or leave it out")


def bare_ignores(source: Source) -> Iterator[str]:
    yield from _matching(source, _BARE_NOQA, "an ignore names its rule and its reason on the same line")
    yield from _matching(source, _BARE_IGNORE, "an ignore names its code and its reason on the same line")


def foreign_places(source: Source) -> Iterator[str]:
    yield from _matching(source, _MACHINE_PATHS, "a path of one machine: make it relative, or a setting")
    yield from _matching(source, _REGISTRY_HOSTS, "a registry's address: the clients know it")


def dead_modules(everything: Sequence[Source]) -> Iterator[str]:
    """Modules that no other file of the programs or the tests' support imports, and that nobody can start."""
    imported = {name for source in everything for name in _imports(source)}
    for source in everything:
        starts = source.path.endswith(("/__main__.py", "/__init__.py")) or _is_started(source)
        if source.is_program and not starts and source.module not in imported:
            yield f"{source.path} is imported by nobody: remove it"


def _matching(source: Source, pattern: re.Pattern[str], advice: str) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if pattern.search(line):
            yield f"{source.path}:{number} {line.strip()[:80]}: {advice}"


def _uses(tree: ast.AST, *, in_async: bool = False) -> Iterator[Use]:
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Call():
                arguments = "..." if node.args or node.keywords else ""
                yield Use(node.lineno, f"{ast.unparse(node.func)}({arguments})", in_async)
            case ast.Attribute() | ast.Name():
                yield Use(node.lineno, ast.unparse(node), in_async)
            case ast.Import(names=names):
                yield from (Use(node.lineno, f"import {alias.name.partition('.')[0]}", in_async) for alias in names)
            case ast.ImportFrom(module=str(module)):
                yield Use(node.lineno, f"import {module.partition('.')[0]}", in_async)
            case _:
                pass
        inside = isinstance(node, ast.AsyncFunctionDef) or (in_async and not isinstance(node, ast.FunctionDef | ast.Lambda))
        yield from _uses(node, in_async=inside)


def _imports(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{alias.name}" for alias in names)
            case _:
                pass


def _is_started(source: Source) -> bool:
    """A module with a main of its own: `python -m` starts it."""
    return 'if __name__ == "__main__":' in source.text
