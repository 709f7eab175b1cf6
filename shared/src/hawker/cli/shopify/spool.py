"""What was read of one file so far, on disk once it is much: its rows by product, its SKUs, and the products made of them. It judges nothing.

It is a temporary database of SQLite's: without a name, and gone when it is closed. So a file of any size needs the same memory.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import overload

from pydantic_core import from_json, to_json

from hawker.contracts.listings import Product

MEMORY_KIB = 8 * 1024
"""Of pages that SQLite keeps; the rest lies in its file."""

SCHEMA = f"""
pragma journal_mode = off;
pragma cache_size = -{MEMORY_KIB};
create table handles (handle text primary key, number integer not null, line integer not null) without rowid;
create table rows (number integer, line integer, cells blob not null, primary key (number, line)) without rowid;
create table skus (sku text primary key, line integer not null) without rowid;
create table products (number integer primary key, handle text not null, value blob not null);
"""

type Cells = Mapping[str, str]


class Spool:
    """Products are numbered in the order in which their first rows stand in the file."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.executescript(SCHEMA)
        self._base.execute("begin")  # One transaction that nobody ever commits: the whole of it is temporary.
        self.handle_count = 0
        self.row_count = 0

    def begin(self, handle: str, line: int) -> tuple[int, int]:
        """The number of the product, and the line of its first row; that is `line` if it is new."""
        found: tuple[int, int] | None = self._base.execute("select number, line from handles where handle = ?", (handle,)).fetchone()
        if found is not None:
            return found
        self.handle_count += 1
        self._base.execute("insert into handles values (?, ?, ?)", (handle, self.handle_count, line))
        return self.handle_count, line

    def put_row(self, number: int, line: int, cells: Cells) -> None:
        self.row_count += 1
        self._base.execute("insert into rows values (?, ?, ?)", (number, line, to_json(cells)))

    def rows(self, count_max: int) -> Iterator[tuple[int, list[tuple[int, Cells]]]]:
        """Product by product: its number, and its rows with their lines, at most `count_max` of them."""
        found = self._base.execute("select number, line, cells from rows order by number, line")
        for number, rows in groupby(found, itemgetter(0)):
            yield number, [(line, from_json(cells)) for _, line, cells in islice(rows, count_max)]

    def first_line(self, sku: str, line: int) -> int:
        """The line on which the SKU stood first; that is `line` if it is new."""
        if self._base.execute("insert or ignore into skus values (?, ?)", (sku, line)).rowcount:
            return line
        (first,) = self._base.execute("select line from skus where sku = ?", (sku,)).fetchone()
        return int(first)

    def put_product(self, number: int, product: Product) -> None:
        value = product.model_dump_json().encode()
        self._base.execute("insert into products values (?, ?, ?)", (number, product.handle, value))

    def products(self, without: Sequence[str]) -> "Products":
        """All that were put, but for these handles. Nothing can be put any more."""
        self._base.executemany("delete from products where handle = ?", ((handle,) for handle in without))
        return Products(self._base)


class Products(Sequence[Product]):
    """A sequence that lies on disk; going through it reads one after another."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        (self._count,) = base.execute("select count(*) from products").fetchone()

    def __len__(self) -> int:
        return int(self._count)

    def __iter__(self) -> Iterator[Product]:
        for (value,) in self._base.execute("select value from products order by number"):
            yield Product.model_validate_json(value)

    @overload
    def __getitem__(self, index: int) -> Product: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Product]: ...

    def __getitem__(self, index: int | slice) -> Product | Sequence[Product]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        found = self._base.execute("select value from products order by number limit 1 offset ?", (place,)).fetchone()
        if found is None or place < 0:
            raise IndexError(index)
        return Product.model_validate_json(found[0])
