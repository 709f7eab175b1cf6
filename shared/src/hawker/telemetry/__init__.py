"""Logging, tracing and metrics: how a service tells people what it does. Never a secret."""
