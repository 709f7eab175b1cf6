"""SQL lives in .sql files beside its Python, a named block per query. This reads them; it builds no SQL."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (?P<name>\w+)[ \t]*$", re.MULTILINE)


@cache
def load(package: str, file_name: str) -> Mapping[str, str]:
    """Blocks by name; a block begins with `-- name: x` and ends where the next begins. Raises ValueError where a name stands twice."""
    return parse(files(package).joinpath(file_name).read_text(encoding="utf-8"))


def parse(text: str) -> Mapping[str, str]:
    parts = _NAME.split(text)[1:]
    names, blocks = parts[::2], parts[1::2]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise ValueError(f"two blocks have one name: {', '.join(sorted(repeated))}")
    return {name: block.strip() for name, block in zip(names, blocks, strict=True)}


def count(status: str) -> int:
    """How many rows a statement touched: PostgreSQL says `DELETE 3`."""
    return int(status.rpartition(" ")[2])
