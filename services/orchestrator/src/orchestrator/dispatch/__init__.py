"""Which ready task goes next, and how much may be in flight: pure data structures, read at dispatch time."""
