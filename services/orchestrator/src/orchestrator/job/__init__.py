"""The life of one job and its tasks, as pure functions: state, decide, evolve, retry."""
