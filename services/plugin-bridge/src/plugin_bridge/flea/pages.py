"""What is read out of flea's pages and data: the csrf token of a form, the shapes of its JSON. Pure; sends nothing."""

from html.parser import HTMLParser
from typing import override

from pydantic import BaseModel, ConfigDict, Field

CSRF_FIELD = "csrf"
PUBLISHED = "published"
"""The status of a listing that everyone sees."""


class Photo(BaseModel):
    model_config = ConfigDict(frozen=True)

    position: int


class Seen(BaseModel):
    """A listing as flea shows it to its seller."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    listing_id: str
    handle: str = ""
    status: str = ""
    url: str = ""
    photos: tuple[Photo, ...] = Field(default=())


class Mine(BaseModel):
    listings: tuple[Seen, ...]


class Created(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    listing_id: str


class Published(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    listing_id: str
    url: str


class Problems(BaseModel):
    """Why flea refuses a form: by field, what it must be."""

    errors: dict[str, str]


def csrf_token(page: str) -> str | None:
    """Of the first form that has one."""
    reader = _Reader()
    reader.feed(page)
    return reader.token


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.token: str | None = None

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("name") == CSRF_FIELD and self.token is None:
            self.token = found.get("value")
