"""How the stack speaks to a person at a terminal: progress, a table, where to look. Decides nothing."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from rich.console import Console
from rich.table import Table

from local_stack.stack import Say, Stack

_MIB = 1024 * 1024


@contextmanager
def steps(console: Console) -> Iterator[Say]:
    """Each step with a spinner while it lasts, and a line with its time when the next one begins."""
    began = time.monotonic()
    current = ""
    with console.status("") as spinner:

        def finish() -> None:
            if current:
                console.print(f"  [green]done[/green]  {current} [dim]{time.monotonic() - began:.1f} s[/dim]")

        def say(text: str) -> None:
            nonlocal began, current
            finish()
            began, current = time.monotonic(), text
            spinner.update(text)

        yield say
        finish()


def welcome(console: Console, stack: Stack) -> None:
    """Where things are and what to do next."""
    addresses = stack.addresses
    rows = {
        "API": f"{addresses.api_url}/v1",
        "token": str(addresses.keys.token_file),
        "seller": f"tenant {stack.seller.tenant}, account {stack.seller.account} at eBay, Etsy and flea (stand-ins)",
        "Kafka": addresses.kafka_bootstrap,
        "PostgreSQL": f"127.0.0.1:{addresses.ports['postgres']}",
        "logs": f"make logs, or {stack.layout.logs}",
    }
    console.print()
    for name, value in rows.items():
        console.print(f"  [bold]{name:<11}[/bold]{value}")
    console.print(
        "\nNext:\n"
        "  .venv/bin/hawker submit deploy/local/catalogues/ceramics.csv --marketplace ebay --watch\n"
        "  .venv/bin/hawker doctor\n"
        "  make down"
    )


def programs(console: Console, stack: Stack) -> None:
    """One row a process."""
    table = Table(box=None, pad_edge=False)
    for heading in ("program", "state", "pid", "memory MiB", "CPU s"):
        table.add_column(heading, justify="left" if heading in {"program", "state"} else "right")
    ids = stack.supervisor.process_ids()
    for name, state in sorted(stack.supervisor.states().items()):
        table.add_row(name, state, *_figures(ids.get(name)))
    console.print(table)
    console.print(f"API {stack.addresses.api_url}/v1   Kafka {stack.addresses.kafka_bootstrap}   logs {stack.layout.logs}")


def follow(stack: Stack, program: str | None) -> None:
    """Until Ctrl-C."""
    chosen = sorted(stack.layout.logs.glob(f"{program or '*'}.log"))
    subprocess.run(["tail", "-n", "20", "-F", *map(str, chosen)], check=False)


def _figures(pid: int | None) -> tuple[str, str, str]:
    if pid is None:
        return ("", "", "")
    process = psutil.Process(pid)
    times = process.cpu_times()
    return (str(pid), f"{process.memory_info().rss / _MIB:.0f}", f"{times.user + times.system:.1f}")
