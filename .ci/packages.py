"""Installs each package alone, from its own pyproject.toml with the lock's versions, and shows that it starts and what it does not bring along.

A worker without a web framework or another worker, an SDK without a Kafka client: what is not installed cannot be imported by mistake.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = ROOT / ".tools" / "bin" / "uv"
SERVICES = frozenset({"api_gateway", "orchestrator", "ebay_worker", "etsy_worker", "plugin_bridge"})
WEB = frozenset({"fastapi", "starlette", "uvicorn"})
KAFKA = frozenset({"aiokafka", "faststream"})
DATABASES = frozenset({"asyncpg", "psycopg", "yoyo"})
TOOLS = frozenset({"sandbox", "local_stack", "pytest", "typer", "rich"})


@dataclass(frozen=True, slots=True)
class Package:
    folder: str
    starts: str
    """A module whose import shows that the package is complete."""
    absent: frozenset[str]
    extra: str = ""


def service(folder: str, module: str, *absent: str) -> Package:
    return Package(folder, f"{module}.__main__", TOOLS | (SERVICES - {module}) | set(absent))


PACKAGES = (
    Package("shared", "hawker.contracts", WEB | KAFKA | DATABASES | TOOLS | SERVICES | {"httpx", "structlog"}),
    Package("shared", "hawker.cli.__main__", WEB | KAFKA | DATABASES | SERVICES | {"structlog", "sandbox", "pytest"}, extra="[cli]"),
    service("services/orchestrator", "orchestrator", *WEB, "httpx", "websockets", "cryptography"),
    service("services/api-gateway", "api_gateway", "websockets"),
    service("services/ebay-worker", "ebay_worker", *WEB, "websockets"),
    service("services/etsy-worker", "etsy_worker", *WEB, "websockets"),
    service("services/plugin-bridge", "plugin_bridge", *WEB),
)


def main() -> int:
    wrong = [complaint for package in PACKAGES for complaint in _try(package)]
    print("\n".join(wrong) or f"{len(PACKAGES)} packages stand alone")
    return 1 if wrong else 0


def _try(package: Package) -> list[str]:
    name = package.folder + package.extra
    with tempfile.TemporaryDirectory(prefix="hawker-package-") as folder:
        python = _install(package, Path(folder))
        if isinstance(python, str):
            return [f"{name} does not install: {python}"]
        done = _run(python, f"import {package.starts}")
        wrong = [] if done.returncode == 0 else [f"{name} does not start: {done.stderr.strip()[-800:]}"]
        brought = _run(
            python, f"import importlib.util as u; print(*(n for n in {sorted(package.absent)!r} if u.find_spec(n)))"
        ).stdout.split()
    print(f"  {name}: {'starts' if not wrong else 'does not start'}, brings along {', '.join(brought) or 'nothing forbidden'}", flush=True)
    return [*wrong, *(f"{name} brings {module} along" for module in brought)]


def _install(package: Package, folder: Path) -> Path | str:
    """The new environment's Python, or why there is none."""
    python = folder / "bin" / "python"
    target = f"{ROOT / package.folder}{package.extra}"
    lock = ROOT / "requirements.lock"
    commands: Sequence[Sequence[str | Path]] = (
        [UV, "venv", "--quiet", "--python", sys.executable, folder, "--clear"],
        [UV, "pip", "install", "--quiet", "--python", python, "--constraint", lock, target],
    )
    for command in commands:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            return done.stderr.strip()[-800:]
    return python


def _run(python: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Far from the checkout, so that nothing of it is found by chance."""
    return subprocess.run([python, "-I", "-c", program], check=False, capture_output=True, text=True, cwd="/")


if __name__ == "__main__":
    sys.exit(main())
