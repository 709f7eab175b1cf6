"""Where the gateway is and who is asking: from the environment, else from the local stack of this folder or one above it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

API_URL_DEFAULT = "http://127.0.0.1:8080"
STACK_FILE = Path(".hawker") / "stack.json"
STACK_BYTES_MAX = 1024 * 1024
TOKEN_BYTES_MAX = 16 * 1024


class StackFile(BaseModel):
    """What a local stack writes down of itself; whatever else it says is not for here. `token_file` may be relative to its folder."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    api_url: str | None = None
    token_file: Path | None = None
    processes: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Access:
    """`api_url_source` and `token_source` say, for people, where each was found."""

    api_url: str
    api_url_source: str
    token: SecretStr | None
    token_source: str
    stack: StackFile | None = None
    stack_path: Path | None = None

    @property
    def token_text(self) -> str | None:
        return None if self.token is None else self.token.get_secret_value()


def find(environ: Mapping[str, str], folder: Path) -> Access:
    path = next(_stack_files(folder), None)
    stack = _read_stack(path) if path else None
    api_url, api_url_source = _api_url(environ, stack)
    token, token_source = _token(environ, stack, path)
    return Access(api_url, api_url_source, token, token_source, stack, path)


def _api_url(environ: Mapping[str, str], stack: StackFile | None) -> tuple[str, str]:
    if named := environ.get("HAWKER_API_URL", "").strip():
        return named, "HAWKER_API_URL"
    if stack is not None and stack.api_url:
        return stack.api_url, "the local stack"
    return API_URL_DEFAULT, "the default"


def _token(environ: Mapping[str, str], stack: StackFile | None, path: Path | None) -> tuple[SecretStr | None, str]:
    if named := environ.get("HAWKER_TOKEN", "").strip():
        return SecretStr(named), "HAWKER_TOKEN"
    if stack is not None and stack.token_file is not None and path is not None:
        text = _read(path.parent / stack.token_file, TOKEN_BYTES_MAX)
        if text and text.strip():
            return SecretStr(text.strip()), "the local stack"
    return None, "nowhere"


def _stack_files(folder: Path) -> Iterator[Path]:
    return (place / STACK_FILE for place in (folder, *folder.parents) if (place / STACK_FILE).is_file())


def _read_stack(path: Path) -> StackFile | None:
    text = _read(path, STACK_BYTES_MAX)
    try:
        return None if text is None else StackFile.model_validate(json.loads(text))
    except (ValidationError, ValueError):
        return None


def _read(path: Path, bytes_max: int) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(bytes_max).decode()
    except (OSError, UnicodeDecodeError):
        return None
