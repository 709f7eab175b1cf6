"""What every handler acts through: one seller's flea, bound to one command. Holds, and does nothing."""

from dataclasses import dataclass

from hawker.worker.links import Links
from hawker.worker.pictures import Pictures
from plugin_bridge.flea.defaults import Defaults
from plugin_bridge.flea.site import Site


@dataclass(frozen=True, slots=True)
class FleaAccount:
    """`site` goes through the seller's browser; the rest is ours."""

    site: Site
    pictures: Pictures
    links: Links
    defaults: Defaults
