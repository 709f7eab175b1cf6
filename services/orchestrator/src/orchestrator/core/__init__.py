"""One shard's whole state and the functions that decide and apply: values in, values out. Replay is apply alone."""
