"""FastStream's broker as our services use it: durable, quiet, and making no topics of its own. The only room that builds it."""

import logging

from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from hawker.contracts.topics import RECORD_BYTES_MAX
from hawker.kafka.client import BATCH_BYTES_MAX
from hawker.kafka.settings import KafkaSettings

DRAIN_SECONDS_MAX = 15.0
"""How long a stopping broker waits for running handlers."""


def batch_broker(settings: KafkaSettings, name: str = "hawker") -> KafkaBroker:
    """For batch subscribers. FastStream logs two lines a batch at INFO: they go to DEBUG, and to our own logging."""
    return KafkaBroker(
        settings.bootstrap.split(","),  # FastStream takes a text for one address; aiokafka splits it.
        client_id=f"{settings.topic_prefix}.{name}",
        allow_auto_create_topics=False,
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        max_batch_size=BATCH_BYTES_MAX,
        max_request_size=RECORD_BYTES_MAX,
        linger_ms=settings.linger_ms,
        graceful_timeout=DRAIN_SECONDS_MAX,
        security=_security(settings),
        logger=logging.getLogger("faststream.kafka"),
        log_level=logging.DEBUG,
        apply_types=False,
    )


def _security(settings: KafkaSettings) -> BaseSecurity | None:
    connection = settings.connection()
    context = connection.get("ssl_context")
    if settings.security_protocol in {"PLAINTEXT", "SSL"}:
        return BaseSecurity(ssl_context=context, use_ssl=context is not None) if context else None
    kind = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}[settings.sasl_mechanism]
    return kind(
        username=connection["sasl_plain_username"],
        password=connection["sasl_plain_password"],
        ssl_context=context,
        use_ssl=context is not None,
    )
