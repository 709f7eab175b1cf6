"""`python -m etsy_worker` carries out tasks at Etsy until it is told to stop."""

import sys

from etsy_worker.settings import DefaultsError
from etsy_worker.wiring import NAME, Settings, run
from hawker.kafka.errors import Unavailable
from hawker.telemetry.process import run_process
from hawker.worker.sealing import SealError


def main() -> int:
    return run_process(NAME, lambda stop: run(Settings.from_environment(), stop), DefaultsError, SealError, Unavailable)


if __name__ == "__main__":
    sys.exit(main())
