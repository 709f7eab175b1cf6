"""The life of one batch, as pure functions: what it has taken, how its jobs ended, when it is done."""
