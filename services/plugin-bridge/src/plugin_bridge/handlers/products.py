"""Checking a product and turning it into flea's form. Both only read what the command carries, so they are safe to repeat."""

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.words import Result
from plugin_bridge.flea import limits, mapping
from plugin_bridge.handlers.account import FleaAccount
from plugin_bridge.handlers.inputs import OfProduct, read


async def validate(command: ExecuteTask, account: FleaAccount) -> Result | Failure:
    faults = limits.faults(read(OfProduct, command).product, account.defaults)
    return Failure(kind=FailureKind.REJECTED, reason=limits.as_reason(faults)) if faults else {}


async def map_to_form(command: ExecuteTask, account: FleaAccount) -> Result | Failure:
    return {"form": mapping.form(read(OfProduct, command).product, account.defaults)}
