"""Shopify product CSV: bytes in, products and faults out. It opens no file of anybody's and sends nothing.

One product is all rows of one handle, wherever in the file they stand: rows that are not side by side are joined, in file order, and a note says so.
A row with an option value, a SKU, a price or a barcode is a variant; a row with only a picture is a picture.
"""

from hawker.cli.shopify.faults import Fault, Note
from hawker.cli.shopify.reading import FILE_BYTES_MAX, Catalogue, Unreadable, read, read_file

__all__ = ["FILE_BYTES_MAX", "Catalogue", "Fault", "Note", "Unreadable", "read", "read_file"]
