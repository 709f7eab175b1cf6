"""Ids that follow from other ids: the same input always names the same thing."""

from uuid import NAMESPACE_OID, UUID, uuid5

_HAWKER = uuid5(NAMESPACE_OID, "hawker")


def job_id(batch_id: str, sequence: int, index: int) -> str:
    """The job of item `index` in chunk `sequence` of a batch."""
    return str(uuid5(_space(batch_id), f"{sequence}:{index}"))


def _space(batch_id: str) -> UUID:
    """Only an id in a UUID's own spelling is that UUID: in capitals or without hyphens it names another batch."""
    try:
        space = UUID(batch_id)
    except ValueError:
        return uuid5(_HAWKER, batch_id)
    return space if str(space) == batch_id else uuid5(_HAWKER, batch_id)
