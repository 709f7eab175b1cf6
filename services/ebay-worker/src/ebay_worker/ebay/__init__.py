"""The only room that knows eBay's words: its calls, its errors, its limits, and how a product becomes items and offers."""
