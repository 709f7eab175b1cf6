"""The SDK: everything the gateway offers, as typed calls. It never decides what a failure means for a job, and knows no file format.

async with Hawker("http://127.0.0.1:8000", token) as hawker:
    batch = await hawker.submit(products, Marketplace.EBAY)
    async for batch in hawker.watch(batch.id):
        print(batch.progress.percent)
"""

from hawker.client.answers import Batch, Job, Page, Progress, Task
from hawker.client.errors import HawkerError, NotAllowed, NotReachable, NotUnderstood
from hawker.client.hawker import Hawker
from hawker.client.letters import DeadLetter, LetterFilter, LetterResult, WholeLetter

__all__ = [
    "Batch",
    "DeadLetter",
    "Hawker",
    "HawkerError",
    "Job",
    "LetterFilter",
    "LetterResult",
    "NotAllowed",
    "NotReachable",
    "NotUnderstood",
    "Page",
    "Progress",
    "Task",
    "WholeLetter",
]
