"""What a seller's browser may be asked to fetch. Both ends ask this one rule before anything is sent; it opens nothing itself."""

from collections.abc import Collection, Iterable, Mapping
from urllib.parse import SplitResult, urlsplit

from hawker.contracts.plugin import NackCode, Task

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
REQUEST_HEADERS = frozenset({"accept", "accept-language", "content-type", "x-csrf-token", "x-requested-with"})
"""Nothing that says who is asking: cookies and the user agent are the browser's own."""
RESPONSE_HEADERS = frozenset({"content-type", "retry-after", "etag", "last-modified"})
"""What the bridge gets to see. Never set-cookie."""
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
"""Plain http is allowed to this machine alone (and to *.localhost): stand-ins in development. No marketplace lives there."""
NEVER = frozenset({"ebay", "ebayimg", "ebaystatic", "ebaydesc", "etsy", "etsystatic"})
"""They have interfaces of their own, and their terms forbid going around them. Any label of a host name counts."""


def refusal(task: Task, hosts: Collection[str]) -> NackCode | None:
    """Why this task must not be fetched; None if it may. `hosts` are exact: `host`, or `host:port` where the port is not the scheme's own."""
    try:
        url = urlsplit(task.url)
        host = _place(url)
    except ValueError:
        return NackCode.HOST_NOT_ALLOWED
    if host not in hosts or is_never_allowed(host) or url.username is not None:
        return NackCode.HOST_NOT_ALLOWED
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(host)):
        return NackCode.SCHEME_NOT_ALLOWED
    if task.method not in METHODS:
        return NackCode.METHOD_NOT_ALLOWED
    if not {name.lower() for name in task.headers} <= REQUEST_HEADERS:
        return NackCode.HEADER_NOT_ALLOWED
    return None


def allowed_host(base_url: str) -> str:
    """The entry for the hosts list that `base_url` needs. Raises ValueError where no seller's browser may go."""
    url = urlsplit(base_url)
    host = _place(url)
    if is_never_allowed(host):
        raise ValueError(f"{host} has an interface of its own and is never reached through a seller's browser")
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(host)):
        raise ValueError(f"{base_url} must be https; plain http is for this machine alone")
    return host


def is_never_allowed(host: str) -> bool:
    return not NEVER.isdisjoint(_name(host).split("."))


def is_loopback(host: str) -> bool:
    name = _name(host)
    return name in LOOPBACK or name.endswith(".localhost")


def kept_headers(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of a site's answer, what may leave the browser."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return {name.lower(): value for name, value in pairs if name.lower() in RESPONSE_HEADERS}


def _place(url: SplitResult) -> str:
    """Raises ValueError without a host, or with a port that is no number."""
    if not url.hostname:
        raise ValueError("the address has no host")
    own_port = {"https": 443, "http": 80}.get(url.scheme)
    return url.hostname if url.port in {None, own_port} else f"{url.hostname}:{url.port}"


def _name(host: str) -> str:
    return host.partition(":")[0].rstrip(".").lower()
