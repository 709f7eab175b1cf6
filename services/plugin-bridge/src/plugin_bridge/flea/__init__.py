"""The only room that knows flea's words: its pages, forms, limits and the ways it says no."""
