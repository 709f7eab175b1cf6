"""The adapter to a seller's browser: sockets, devices, sessions and what may be asked of them. Knows no marketplace."""
