"""The log, doubled in memory for tests and simulations: the same promises as Kafka's, and faults wherever one awaits."""
