"""The `hawker` command: what sellers and operators type."""
