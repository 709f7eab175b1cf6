"""The theory in one screen: decide, evolve, fold."""
