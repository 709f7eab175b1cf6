"""How a fact changes its shape twice and its journal stays readable: the two upcasters of a real change, in a row.

v1 said `price` as a float; v2 says it in cents, for floats lose money; v3 names the currency, which was always USD before.
"""

import json
from typing import Any, ClassVar

import pytest

from hawker.contracts import upcasters
from hawker.contracts.codec import DecodeError, decode, encode
from hawker.contracts.words import Model

type Json = dict[str, Any]  # Any: a message of a version that has no model any more


class PriceChanged(Model):
    type_name: ClassVar[str] = "hawker.price.changed.v3"
    sku: str
    cents: int
    currency: str


def v1_to_v2(body: Json) -> tuple[str, Json]:
    price = body.pop("price")
    return "hawker.price.changed.v2", {**body, "cents": round(price * 100)}


def v2_to_v3(body: Json) -> tuple[str, Json]:
    return "hawker.price.changed.v3", {**body, "currency": "USD"}


TABLE = {PriceChanged.type_name: PriceChanged}
V1 = json.dumps({"sku": "mug-1", "price": 9.5}).encode()
V2 = json.dumps({"sku": "mug-1", "cents": 950}).encode()
V3 = encode(PriceChanged(sku="mug-1", cents=950, currency="USD"))


@pytest.fixture(autouse=True)
def two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(upcasters.UPCASTERS, "hawker.price.changed.v1", v1_to_v2)
    monkeypatch.setitem(upcasters.UPCASTERS, "hawker.price.changed.v2", v2_to_v3)


@pytest.mark.parametrize(("version", "value"), [(1, V1), (2, V2), (3, V3)])
def test_every_version_reads_as_the_newest(version: int, value: bytes) -> None:
    assert decode(f"hawker.price.changed.v{version}", value, TABLE) == PriceChanged(sku="mug-1", cents=950, currency="USD")


def test_without_its_second_step_an_old_fact_is_an_error_and_no_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(upcasters.UPCASTERS, "hawker.price.changed.v2")
    with pytest.raises(DecodeError, match=r"price\.changed\.v2"):
        decode("hawker.price.changed.v1", V1, TABLE)


def test_the_newest_version_passes_untouched() -> None:
    assert upcasters.upcast("hawker.price.changed.v3", V3) == ("hawker.price.changed.v3", V3)


def test_an_upcaster_that_leads_back_is_found_and_not_followed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(upcasters.UPCASTERS, "hawker.price.changed.v2", lambda body: ("hawker.price.changed.v1", {**body, "price": 1}))
    with pytest.raises(AssertionError, match="leads back"):
        upcasters.upcast("hawker.price.changed.v1", V1)
