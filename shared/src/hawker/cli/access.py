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
STACK = "the local stack"


class StackFile(BaseModel):
    """What a local stack writes down of itself; whatever else it says is not for here. Token files may be relative to its folder."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    api_url: str | None = None
    token_file: Path | None = None
    operator_token_file: Path | None = None
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
    operator_token: SecretStr | None = None
    """The local stack's, for what concerns every tenant; a token that was named is used for everything."""

    @property
    def token_text(self) -> str | None:
        return None if self.token is None else self.token.get_secret_value()

    @property
    def operator_token_text(self) -> str | None:
        return self.token_text if self.operator_token is None else self.operator_token.get_secret_value()


def find(environ: Mapping[str, str], folder: Path) -> Access:
    path = next(_stack_files(folder), None)
    stack = _read_stack(path) if path else None
    api_url, api_url_source = _api_url(environ, stack)
    token, token_source = _token(environ, stack, path)
    operator_token = (
        _of_stack(path, stack.operator_token_file) if token_source == STACK and stack is not None and path is not None else None
    )
    return Access(api_url, api_url_source, token, token_source, stack, path, operator_token)


def _api_url(environ: Mapping[str, str], stack: StackFile | None) -> tuple[str, str]:
    if named := environ.get("HAWKER_API_URL", "").strip():
        return named, "HAWKER_API_URL"
    if stack is not None and stack.api_url:
        return stack.api_url, STACK
    return API_URL_DEFAULT, "the default"


def _token(environ: Mapping[str, str], stack: StackFile | None, path: Path | None) -> tuple[SecretStr | None, str]:
    if named := environ.get("HAWKER_TOKEN", "").strip():
        return SecretStr(named), "HAWKER_TOKEN"
    if stack is not None and path is not None and (token := _of_stack(path, stack.token_file)) is not None:
        return token, STACK
    return None, "nowhere"


def _of_stack(path: Path, token_file: Path | None) -> SecretStr | None:
    text = None if token_file is None else _read(path.parent / token_file, TOKEN_BYTES_MAX)
    return SecretStr(text.strip()) if text and text.strip() else None


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
