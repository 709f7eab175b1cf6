"""The language: every message that crosses a topic, and how it is written down. Pydantic only; no I/O."""
