"""The HTTP SDK: contracts and httpx, no Kafka."""
