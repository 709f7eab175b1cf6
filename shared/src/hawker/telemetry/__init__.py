"""Logging and tracing: how a service tells people what it does. Never a secret."""
