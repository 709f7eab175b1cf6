"""What a running stack tells others in its stack.json: `hawker doctor`, the CLI, people's scripts. Holds no secret but where one is."""

import json
from typing import TYPE_CHECKING

from local_stack.addresses import SITES

if TYPE_CHECKING:
    from local_stack.stack import Stack


def write_facts(stack: "Stack") -> None:
    addresses = stack.addresses
    addresses.keys.write_token(stack.seller.tenant)
    facts = {
        "api_url": addresses.api_url,
        "bridge_url": addresses.bridge_url,
        "token_file": str(addresses.keys.token_file.relative_to(stack.layout.folder)),
        "operator_token_file": str(addresses.keys.operator_token_file.relative_to(stack.layout.folder)),
        "tenant": stack.seller.tenant,
        "account": stack.seller.account,
        "kafka_bootstrap": addresses.kafka_bootstrap,
        "postgres_port": addresses.ports["postgres"],
        "sandbox": {name: addresses.site(name) for name in SITES},
        "logs": str(stack.layout.logs),
        "processes": dict(stack.supervisor.process_ids()),
    }
    stack.layout.facts.write_text(json.dumps(facts, indent=2) + "\n")
