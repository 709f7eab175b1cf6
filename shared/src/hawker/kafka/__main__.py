"""`python -m hawker.kafka topics`: makes a cluster's topics match the code, and says what differed."""

import argparse
import asyncio
import sys

from pydantic import ValidationError

from hawker.kafka.admin import Difference, match_topics
from hawker.kafka.errors import Unavailable
from hawker.kafka.settings import KafkaSettings


def main() -> int:
    """0: the topics are as wanted. 1: something differs that is left to a person. 2: they could not be looked at."""
    parser = argparse.ArgumentParser(prog="python -m hawker.kafka", description=__doc__)
    commands = parser.add_subparsers(required=True)
    topics = commands.add_parser("topics", help="make the topics match")
    topics.add_argument("--check", action="store_true", help="change nothing, only say what differs")
    check: bool = parser.parse_args().check
    try:
        settings = KafkaSettings()
        differ = asyncio.run(match_topics(settings, change=not check))
    except ValidationError as wrong:
        sys.stderr.writelines(f"HAWKER_KAFKA_{str(fault['loc'][0]).upper()}: {fault['msg']}\n" for fault in wrong.errors())
        return 2
    except Unavailable as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    return report(settings, differ, changed=not check)


def report(settings: KafkaSettings, differ: list[Difference], *, changed: bool) -> int:
    lines = [str(difference) for difference in differ] or [f"{len(settings.topics.specs())} topics are as wanted"]
    sys.stdout.write("\n".join(lines) + "\n")
    left = [difference for difference in differ if not (changed and difference.amends)]
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
