"""The FastStream broker is built with what the settings say, and connects to nothing yet."""

import pytest
from faststream.security import SASLPlaintext, SASLScram256, SASLScram512

from hawker.kafka.broker import batch_broker
from hawker.kafka.settings import KafkaSettings


@pytest.mark.parametrize(
    ("mechanism", "kind"), [("PLAIN", SASLPlaintext), ("SCRAM-SHA-256", SASLScram256), ("SCRAM-SHA-512", SASLScram512)]
)
@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_its_security_is_the_settings(mechanism: str, kind: type, protocol: str) -> None:
    settings = KafkaSettings.model_validate(
        {"bootstrap": "b:1", "security_protocol": protocol, "sasl_mechanism": mechanism, "sasl_username": "u", "sasl_password": "p"}
    )
    security = batch_broker(settings).specification.security
    assert isinstance(security, kind)
    assert getattr(security, "use_ssl", None) is (protocol == "SASL_SSL")


@pytest.mark.parametrize(("protocol", "encrypted"), [("PLAINTEXT", False), ("SSL", True)])
def test_encryption_needs_no_user(protocol: str, encrypted: bool) -> None:  # noqa: FBT001 - a table's columns
    settings = KafkaSettings.model_validate({"bootstrap": "b:1", "security_protocol": protocol})
    security = batch_broker(settings).specification.security
    assert (security is not None and security.use_ssl) is encrypted
