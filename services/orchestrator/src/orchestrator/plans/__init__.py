"""Plans: what tasks an action on a marketplace takes. One table, one module a marketplace; data only."""

from collections.abc import Callable, Mapping

from hawker.contracts.facts import TaskSpec
from hawker.contracts.listings import Product
from hawker.contracts.words import Action, Marketplace
from orchestrator.plans import ebay, etsy, flea

type Plan = Callable[[Product], tuple[TaskSpec, ...]]

PLANS: Mapping[tuple[Marketplace, Action], Plan] = {
    (Marketplace.EBAY, Action.PUBLISH): ebay.publish,
    (Marketplace.ETSY, Action.PUBLISH): etsy.publish,
    (Marketplace.FLEA, Action.PUBLISH): flea.publish,
}
