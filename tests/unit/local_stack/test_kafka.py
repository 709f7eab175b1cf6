"""A broker's settings: alone it waits for nobody, of three it keeps what two of them have."""

from pathlib import Path

import pytest

from local_stack.kafka import Broker, Cluster, Node
from local_stack.programs import number_of

NODES = tuple(Node(number, port=9000 + number, controller_port=9100 + number) for number in (1, 2, 3))


def settings(folder: Path, nodes: tuple[Node, ...]) -> dict[str, str]:
    """Of the last of them, as its file says; its data folder is there already, so nothing is formatted."""
    (folder / "data").mkdir()
    (folder / "data" / "meta.properties").touch()
    Broker("java", Path("jars"), folder, nodes[-1], Cluster("id", nodes)).format()
    return dict(line.split("=", 1) for line in (folder / "server.properties").read_text().splitlines())


@pytest.mark.parametrize(("count", "replicas", "in_sync"), [(1, "1", "1"), (2, "2", "1"), (3, "3", "2")])
def test_kafkas_own_topics_have_as_many_copies_as_there_are_brokers(tmp_path: Path, count: int, replicas: str, in_sync: str) -> None:
    found = settings(tmp_path, NODES[:count])
    assert found["offsets.topic.replication.factor"] == found["transaction.state.log.replication.factor"] == replicas
    assert found["min.insync.replicas"] == found["transaction.state.log.min.isr"] == in_sync


def test_each_broker_knows_all_controllers_and_listens_on_ports_of_its_own(tmp_path: Path) -> None:
    found = settings(tmp_path, NODES)
    assert found["controller.quorum.voters"] == "1@127.0.0.1:9101,2@127.0.0.1:9102,3@127.0.0.1:9103"
    assert (found["node.id"], found["listeners"]) == ("3", "PLAINTEXT://127.0.0.1:9003,CONTROLLER://127.0.0.1:9103")


@pytest.mark.parametrize(("instance", "number"), [("orchestrator", 1), ("plugin-bridge", 1), ("ebay-worker-2", 2), ("browser-12", 12)])
def test_an_instance_has_a_number(instance: str, number: int) -> None:
    assert number_of(instance) == number
