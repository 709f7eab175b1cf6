"""`make demo` before it starts anything: a file that is no catalogue ends it at once, with a sentence and a status."""

import subprocess
import sys
from pathlib import Path

import pytest

from local_stack import demo


@pytest.mark.parametrize(
    ("content", "words"), [("Dear Sir", "names no column"), ("Handle,Title,Variant Price\npot,Pot,cheap", "is no price")]
)
def test_a_file_that_is_no_catalogue_ends_it_at_once(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(content)
    told = subprocess.run([sys.executable, "-m", "local_stack", "demo", "--csv", str(path)], check=False, capture_output=True, text=True)
    assert told.returncode == 1
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def test_its_own_catalogues_are_there() -> None:
    assert all(path.is_file() for path in demo.CATALOGUES)
