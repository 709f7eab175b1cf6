"""The stand-in eBay: Inventory, Media, tokens and listing pages, as its documents describe them."""
