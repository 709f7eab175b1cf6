"""Flea, a made-up marketplace that has no API: a log-in, forms with a csrf token, and pages; a seller's browser is the only way in."""
