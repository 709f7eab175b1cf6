"""FastStream's broker as our services use it: it knows every broker of the cluster, so that any of them may be away."""

from hawker.kafka.broker import batch_broker
from hawker.kafka.settings import KafkaSettings


def test_every_address_of_the_bootstrap_is_one_of_its_own() -> None:
    broker = batch_broker(KafkaSettings(bootstrap="one:9092,two:9092,three:9092"))
    assert broker.specification.url == ["one:9092", "two:9092", "three:9092"]
