"""What the machine lacks, said in one line: what, why, how to get it. Installs it where the user may."""

import os
import shutil
import subprocess
from collections.abc import Sequence


class MissingError(Exception):
    """A prerequisite is not there and could not be had; its text is for a person."""


def install(program: str, packages: Sequence[str], why: str) -> str:
    """The program's path, after a try with apt where we are root; else MissingError says how."""
    found = shutil.which(program)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt(packages)
        found = shutil.which(program)
    if found is None:
        how = f"sudo apt-get install {' '.join(packages)}"
        raise MissingError(f"{program} is missing: {why}. Install it (Debian, Ubuntu: {how}), then run this again.")
    return found


def _apt(packages: Sequence[str]) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(
            ["apt-get", *arguments], check=False, env=environment, capture_output=True
        )  # A failure shows as the program still missing.
