"""Whether a listing's inventory already is what we want it to be. Pure; what Etsy adds of its own does not count."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from pydantic import Field

from etsy_worker.etsy.answers import Inventory, InventoryProduct, PropertyValue
from hawker.contracts.words import Model, Result


class WantedOffering(Model):
    price: Decimal
    quantity: int
    is_enabled: bool
    readiness_state_id: int | None = None


class WantedProduct(Model):
    sku: str
    property_values: tuple[PropertyValue, ...] = ()
    offerings: tuple[WantedOffering, ...] = Field(min_length=1)


class Wanted(Model):
    """The body of a replacement, read back."""

    products: tuple[WantedProduct, ...]
    price_on_property: tuple[int, ...] = ()
    quantity_on_property: tuple[int, ...] = ()
    sku_on_property: tuple[int, ...] = ()


class Offer(NamedTuple):
    """What a buyer can choose, and on which terms."""

    sku: str
    choices: tuple[tuple[int, tuple[str, ...]], ...]
    price: Decimal
    quantity: int
    is_enabled: bool


def is_as_wanted(there: Inventory, body: Result) -> bool:
    wanted = Wanted.model_validate(body)
    return _dependencies(there) == _dependencies(wanted) and sorted(_offers(there)) == sorted(_offers(wanted)) and _ready(there, wanted)


def _dependencies(inventory: Inventory | Wanted) -> tuple[frozenset[int], ...]:
    return frozenset(inventory.price_on_property), frozenset(inventory.quantity_on_property), frozenset(inventory.sku_on_property)


def _offers(inventory: Inventory | Wanted) -> Iterator[Offer]:
    for product in inventory.products:
        if isinstance(product, InventoryProduct):
            if not product.is_deleted:
                yield from (
                    Offer(product.sku, _choices(product), offering.price.value, offering.quantity, offering.is_enabled)
                    for offering in product.offerings
                    if not offering.is_deleted
                )
        else:
            yield from (
                Offer(product.sku, _choices(product), offering.price, offering.quantity, offering.is_enabled)
                for offering in product.offerings
            )


def _choices(product: InventoryProduct | WantedProduct) -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple(sorted((chosen.property_id, chosen.values) for chosen in product.property_values))


def _ready(there: Inventory, wanted: Wanted) -> bool:
    """Etsy tells the processing profile only of some listings; untold is taken as right."""
    told = {offering.readiness_state_id for product in there.products for offering in product.offerings} - {None}
    return told <= {offering.readiness_state_id for product in wanted.products for offering in product.offerings}
