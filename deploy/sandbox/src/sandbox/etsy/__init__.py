"""The stand-in Etsy: drafts, pictures, inventory, activation and rotating tokens, as its document describes them."""
