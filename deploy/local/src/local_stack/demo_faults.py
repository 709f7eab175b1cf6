"""What goes wrong in the demo, on purpose: too many requests, server errors, dead tokens, and answers that are lost after the work was done."""

from collections.abc import Mapping, Sequence

type Fault = Mapping[str, str | int | float]
"""As the stand-ins' control API takes it."""

FAULTS: Sequence[Fault] = (
    {
        "marketplace": "ebay",
        "operation": "createOrReplaceInventoryItem",
        "kind": "throttle",
        "times": 2,
        "skip": 5,
        "retry_after_seconds": 1,
    },
    {"marketplace": "ebay", "operation": "createOffer", "kind": "server_error", "times": 3, "skip": 3},
    {"marketplace": "ebay", "operation": "createOffer", "kind": "lost_answer", "times": 1, "skip": 8},
    {"marketplace": "ebay", "operation": "publishOffer", "kind": "lost_answer", "times": 2, "skip": 1},
    {"marketplace": "etsy", "operation": "uploadListingImage", "kind": "throttle", "times": 2, "skip": 4, "retry_after_seconds": 1},
    {"marketplace": "etsy", "operation": "createDraftListing", "kind": "lost_answer", "times": 2, "skip": 2},
    {"marketplace": "etsy", "operation": "updateListingInventory", "kind": "server_error", "times": 3, "skip": 2},
    {"marketplace": "etsy", "operation": "updateListing", "kind": "invalid_token", "times": 1, "skip": 6},
    {"marketplace": "flea", "operation": "create_listing", "kind": "lost_answer", "times": 2, "skip": 2},
    {"marketplace": "flea", "operation": "upload_photo", "kind": "server_error", "times": 3, "skip": 5},
    {"marketplace": "flea", "operation": "publish", "kind": "throttle", "times": 1, "skip": 3, "retry_after_seconds": 1},
)
