"""A shard's state as bytes, so that a long journal need not be read again. Only a speed-up: a snapshot that is missing or wrong is a replay."""
