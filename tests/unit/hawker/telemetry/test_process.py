"""How a service begins and ends as a process."""

import os
import signal
import subprocess
import sys

import pytest

SERVING = """
import sys
from hawker.telemetry.process import run_process
async def serve(stop):
    print("ready", flush=True)
    await stop.wait()
sys.exit(run_process("test", serve))
"""
UNSET = """
import sys
from hawker.kafka.settings import KafkaSettings
from hawker.telemetry.process import run_process
sys.exit(run_process("test", lambda stop: KafkaSettings()))
"""
COMPLAINING = """
import sys
from hawker.telemetry.process import run_process
async def serve(stop):
    raise LookupError("the defaults file is not there: name it")
sys.exit(run_process("test", serve, LookupError))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_told_process_comes_to_rest_with_status_0(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVING], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        os.kill(process.pid, number)
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("program", "line"), [(UNSET, "HAWKER_KAFKA_BOOTSTRAP: Field required"), (COMPLAINING, "the defaults file is not there: name it")]
)
def test_what_a_person_can_mend_is_one_line_and_status_1(program: str, line: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})
    assert (done.returncode, done.stderr) == (1, f"test: {line}\n")
