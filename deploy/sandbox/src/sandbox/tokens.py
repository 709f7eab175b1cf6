"""Access tokens: who holds one and until when. The words of a marketplace's OAuth are its own room's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grant:
    account: str
    ends_at: float


class AccessTokens:
    """Tokens are numbered, not drawn: this is a stand-in, and a test reads better when it repeats."""

    def __init__(self, lifetime_seconds: float) -> None:
        self.lifetime_seconds = lifetime_seconds
        self._grants: dict[str, Grant] = {}
        self._issued = 0

    def issue(self, prefix: str, account: str, now: float) -> str:
        self._forget_ended(now)
        self._issued += 1
        token = f"{prefix}{account}-{self._issued}"
        self._grants[token] = Grant(account, now + self.lifetime_seconds)
        return token

    def holder(self, token: str, now: float) -> str | None:
        grant = self._grants.get(token)
        return grant.account if grant is not None and now < grant.ends_at else None

    def revoke(self, token: str) -> None:
        self._grants.pop(token, None)

    def _forget_ended(self, now: float) -> None:
        for token in [token for token, grant in self._grants.items() if grant.ends_at <= now]:
            del self._grants[token]
