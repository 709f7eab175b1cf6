"""For tests: the stand-ins inside the test's own event loop, on free ports.

async with running_sandbox(SandboxSettings(ebay_token_seconds=1)) as sandbox:
    sandbox.url("ebay")
"""

from sandbox.settings import SandboxSettings
from sandbox.street import Sandbox, running_sandbox

__all__ = ["Sandbox", "SandboxSettings", "running_sandbox"]
