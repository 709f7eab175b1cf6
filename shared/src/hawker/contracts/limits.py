"""The limits of the language. Whatever is larger is refused at the border, with an error that names the limit."""

MESSAGE_BYTES_MAX = 512 * 1024
"""One message's value, in bytes of JSON."""
REQUEST_BODY_BYTES_MAX = MESSAGE_BYTES_MAX
"""One HTTP request's body, in bytes."""
CHUNK_ITEMS_MAX = 100
"""Products in one BatchItemsAdded."""
BATCH_ITEMS_MAX = 100_000
"""Products in one batch."""
PRODUCT_IMAGES_MAX = 24
PRODUCT_VARIANTS_MAX = 100
REQUEST_AGE_DAYS_MAX = 7
"""Older requests are refused; so the ids to remember are bounded."""
RETRIES_MAX = 3
"""Retry rounds of a job after its first: counts go 0, 1, 2, 3."""
JOB_WAIT_SECONDS_DEFAULT = 3600
"""How long a job may live without ending, unless its request says otherwise."""
JOB_WAIT_SECONDS_MAX = 7 * 24 * 3600
DIRECT_SECONDS_MAX = 30.0
"""One attempt of a `direct_http` task."""
PLUGIN_SECONDS_MAX = 60.0
"""One attempt of a `plugin_http` task."""
LOCAL_SECONDS_MAX = 15.0
"""One attempt of a `db_operation` or `file_operation` task."""
LEASE_GRACE_SECONDS = 10.0
"""A lease is the task's time limit plus this: room for the way there and back."""
NUMBER_MAX = 2**31 - 1
"""Of a position or an attempt, as a table's integer holds it. What an outcome says beyond is written down as this."""
SPAN_MS_MAX = 2**53 - 1
"""Of a time that a worker measured: the largest number that every reader of JSON reads as it was written."""
TYPE_CHARACTERS_MAX = 200
"""A message's type name."""
ORIGIN_CHARACTERS_MAX = 400
"""`topic/partition/offset` of a record, and a number behind it: Kafka's topics have at most 249."""
PARKED_INPUTS_MAX = 100
"""Inputs of one parked job that are met again in one step; a job has far fewer tasks in flight when it is parked."""
