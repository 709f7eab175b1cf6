"""`python -m hawker.postgres migrate`: brings the database of HAWKER_POSTGRES_DSN to the schema of this version."""

import argparse
import sys

import psycopg

from hawker.postgres.migrate import migrate
from hawker.postgres.settings import PostgresSettings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m hawker.postgres", description=__doc__)
    parser.add_argument("command", choices=["migrate"])
    parser.parse_args()
    try:
        applied = migrate(PostgresSettings().dsn.get_secret_value())
    except psycopg.Error as fault:
        sys.stderr.write(f"migrate: {fault}\nIs HAWKER_POSTGRES_DSN right, and may its user create tables and roles?\n")
        return 1
    sys.stdout.write("".join(f"applied {name}\n" for name in applied) or "nothing to apply\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
