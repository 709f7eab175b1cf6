"""`python -m hawker.telemetry` prints the list of metrics as a page for people."""

import sys

from hawker.telemetry.guide import page

if __name__ == "__main__":
    sys.stdout.write(page())
