"""Etsy's forms as values: which fields a listing takes, of what type, within what limits."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from pydantic import JsonValue

from sandbox.calls import JsonObject, digits

TITLE_LENGTH_MAX = 140
TAGS_MAX = 13
TAG_LENGTH_MAX = 20
MATERIALS_MAX = 13
QUANTITY_MAX = 999
PRICE_MIN, PRICE_MAX = 0.20, 50_000.0
FIRST_OPEN_DECADE_END = 2026
"""The era that is still running is named by its last year, which changes every January."""

WHO_MADE = frozenset({"i_did", "someone_else", "collective"})
ERAS = re.compile(r"made_to_order|2010_2019|2007_2009|before_2007|2000_2006|1[89]\d0s|19[0-9]0s|1700s|before_1700")
TYPES = frozenset({"physical", "download", "both"})
ONCE_EACH = "%:&+"

type Problem = tuple[str, str]


class NotThatTypeError(ValueError):
    """The text of a field is not of the field's type."""


def _integer(text: str) -> JsonValue:
    number = digits(text.removeprefix("-"))
    if number is None:
        raise NotThatTypeError("must be an integer")
    return -number if text.startswith("-") else number


def _number(text: str) -> JsonValue:
    try:
        return float(text)
    except ValueError:
        raise NotThatTypeError("must be a number") from None


def _boolean(text: str) -> JsonValue:
    if text not in {"true", "false", "1", "0"}:
        raise NotThatTypeError("must be a boolean")
    return text in {"true", "1"}


def _text(text: str) -> JsonValue:
    return text


SINGLE: Mapping[str, Callable[[str], JsonValue]] = {
    "title": _text, "description": _text, "who_made": _text, "when_made": _text, "type": _text, "state": _text,
    "item_weight_unit": _text, "item_dimensions_unit": _text, "personalization_instructions": _text,
    "quantity": _integer, "taxonomy_id": _integer, "shipping_profile_id": _integer, "return_policy_id": _integer,
    "shop_section_id": _integer, "processing_min": _integer, "processing_max": _integer, "readiness_state_id": _integer,
    "featured_rank": _integer, "personalization_char_count_max": _integer,
    "price": _number, "item_weight": _number, "item_length": _number, "item_width": _number, "item_height": _number,
    "is_supply": _boolean, "is_customizable": _boolean, "should_auto_renew": _boolean, "is_taxable": _boolean,
    "is_personalizable": _boolean, "personalization_is_required": _boolean,
}  # fmt: skip
SEVERAL: Mapping[str, Callable[[str], JsonValue]] = {
    "tags": _text, "materials": _text, "styles": _text, "image_ids": _integer, "production_partner_ids": _integer,
}  # fmt: skip
ONLY_AT_CREATION = frozenset({"quantity", "price", "is_customizable", "styles", "readiness_state_id", "processing_min", "processing_max"})
"""updateListing has no such fields; quantity and price change through the inventory."""
ONLY_LATER = frozenset({"state", "featured_rank"})
REQUIRED = ("quantity", "title", "description", "price", "who_made", "when_made", "taxonomy_id")


def read(form: Mapping[str, Sequence[str]], unknown: frozenset[str]) -> tuple[JsonObject, list[Problem]]:
    """The form as JSON values, and what is wrong with its types. Lists come as `a,b`, repeated, or with `[]`."""
    fields: JsonObject = {}
    problems: list[Problem] = []
    for key, texts in form.items():
        name = key.removesuffix("[]")
        try:
            fields[name] = _value(name, texts, unknown)
        except NotThatTypeError as error:
            problems.append((name, str(error)))
    return fields, problems


def _value(name: str, texts: Sequence[str], unknown: frozenset[str]) -> JsonValue:
    if name in SEVERAL and name not in unknown:
        return [SEVERAL[name](text.strip()) for joined in texts for text in joined.split(",") if text.strip()]
    if name in SINGLE and name not in unknown:
        return SINGLE[name](texts[0])
    raise NotThatTypeError("is not a parameter of this operation")


def wrong_values(fields: JsonObject, now: float) -> list[Problem]:
    """What is wrong with the values that are there."""
    checks: Sequence[tuple[str, Callable[[JsonValue], str]]] = (
        ("title", _wrong_title),
        ("quantity", lambda value: "" if _within(value, 1, QUANTITY_MAX) else f"must be between 1 and {QUANTITY_MAX}"),
        ("price", lambda value: "" if _within(value, PRICE_MIN, PRICE_MAX) else f"must be between {PRICE_MIN} and {PRICE_MAX}"),
        ("who_made", lambda value: "" if value in WHO_MADE else "is not one of the allowed values"),
        ("when_made", lambda value: "" if _is_era(str(value), now) else "is not one of the allowed values"),
        ("type", lambda value: "" if value in TYPES else "is not one of the allowed values"),
        ("taxonomy_id", lambda value: "" if _within(value, 1) else "must be positive"),
        ("tags", _wrong_tags),
        ("materials", lambda value: f"takes at most {MATERIALS_MAX}" if _size(value) > MATERIALS_MAX else ""),
    )
    return [(name, why) for name, check in checks if name in fields and (why := check(fields[name]))]


def _within(value: JsonValue, low: float, high: float = float("inf")) -> bool:
    return isinstance(value, int | float) and low <= value <= high


def _size(value: JsonValue) -> int:
    return len(value) if isinstance(value, list) else 0


def _wrong_title(title: JsonValue) -> str:
    if not isinstance(title, str) or not title.strip() or len(title) > TITLE_LENGTH_MAX:
        return f"must have 1 to {TITLE_LENGTH_MAX} characters"
    seen = Counter(title)
    twice = [mark for mark in ONCE_EACH if seen[mark] > 1]
    return f"may use {twice[0]} only once" if twice else ""


def _wrong_tags(tags: JsonValue) -> str:
    if _size(tags) > TAGS_MAX:
        return f"takes at most {TAGS_MAX}"
    long = isinstance(tags, list) and any(len(str(tag)) > TAG_LENGTH_MAX for tag in tags)
    return f"takes at most {TAG_LENGTH_MAX} characters in each" if long else ""


def _is_era(text: str, now: float) -> bool:
    this_year = datetime.fromtimestamp(now, UTC).year
    running = {f"2020_{year}" for year in range(FIRST_OPEN_DECADE_END, max(this_year, FIRST_OPEN_DECADE_END) + 1)}
    return text in running or ERAS.fullmatch(text) is not None
