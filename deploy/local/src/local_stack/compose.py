"""The secrets of the stack in containers: made once, named in deploy/compose/.env. Starts no container."""

from pathlib import Path

from local_stack.keys import Keys
from local_stack.layout import CHECKOUT, DEFAULT_FOLDER
from local_stack.seed import TENANT

FOLDER = DEFAULT_FOLDER / "compose"
ENVIRONMENT = CHECKOUT / "deploy" / "compose" / ".env"


def write_environment() -> Path:
    """The file that `docker compose` reads by itself."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    keys = Keys(FOLDER)
    keys.write_token(TENANT)
    ENVIRONMENT.touch(mode=0o600)
    ENVIRONMENT.write_text(f"HAWKER_CREDENTIALS_KEYS={keys.credentials_keys}\nHAWKER_JWKS_FILE={keys.jwks}\n")
    return ENVIRONMENT
