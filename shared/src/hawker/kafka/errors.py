"""How the log can fail its user, and what each failure asks for."""


class Fenced(Exception):  # noqa: N818 - the field's word for it
    """Another owner has opened this shard's journal. Write nothing; wait for the next assignment."""


class Unavailable(Exception):  # noqa: N818 - a state, not a mistake
    """The log did not answer in time, before anything was written. Try again later."""


class OutcomeUnknown(Exception):  # noqa: N818 - a state, not a mistake
    """The transaction may or may not stand. Throw the writer and the state away and acquire again."""


class UnreadableFact(Exception):  # noqa: N818 - the journal's state, not a mistake of its reader
    """A fact that this version cannot read. The text names its place; nothing may be folded past it."""
