"""Every metric there is: its name, what it means, and what to do when it moves. `docs/guides/metrics.md` is written from this list.

metrics.count(metrics.COMMANDS_DISPATCHED, lane="ebay")
"""

from hawker.telemetry.meter import Counter, Gauge, Histogram, Metric, count, forget, level, record

__all__ = ["METRICS", "count", "forget", "level", "record"]

SHARD = {"shard": "the number of the shard"}
LANE = {"lane": "ebay, etsy or plugin"}
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
COUNTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)

# Alarms: zero in a healthy system.
INPUTS_PUT_ASIDE = Counter(
    "hawker_inputs_put_aside",
    "1",
    "Records that went to the dead letters because they could not be read or broke a decision.",
    "Look at `hawker dead-letters list`: the reason stands beside each. Repair the cause, then redrive or discard.",
    {"topic": "the topic they came from"},
)
JOBS_PARKED = Gauge(
    "hawker_jobs_parked",
    "1",
    "Jobs that stand still because an input of theirs broke the decider.",
    "As for hawker_inputs_put_aside; a redrive goes on with them, in order.",
    SHARD,
)
SHARDS_LOST = Counter(
    "hawker_shards_lost",
    "1",
    "A shard's owner threw writer and state away.",
    "A few at a deployment or a broker's restart are normal. `fenced` again and again: two processes fight for a shard, "
    "or turns outlast the transaction time-out. `broke`: a mistake of ours, the log has the traceback.",
    {"cause": "fenced, outcome-unknown, unavailable, cancelled or broke"},
)
OUTCOMES_UNTOLD = Counter(
    "hawker_outcomes_untold",
    "1",
    "Writes of a worker to the log that failed; each is tried again until the log is back.",
    "The brokers do not take records: look at them. After a minute the worker gives up and restarts, and its commands come again.",
)
REQUESTS_REFUSED = Counter(
    "hawker_requests_refused",
    "1",
    "Requests that the gateway answered with a problem.",
    "`busy`: more at once than one gateway carries, add another. `unavailable`: Kafka or PostgreSQL, see /health/ready. `fault`: our mistake.",
    {"problem": "the last word of the problem's type"},
)
SNAPSHOTS_FAILED = Counter(
    "hawker_snapshots_failed",
    "1",
    "Snapshots that could not be saved or loaded; the shard replays more of its journal instead.",
    "Is PostgreSQL there, and has its role the right to write snapshots? Nothing is lost, recoveries only take longer.",
    {"verb": "save or load"},
)

# The shards.
SHARDS_ACQUIRED = Counter(
    "hawker_shards_acquired",
    "1",
    "A shard was fenced, replayed and began to run.",
    "Follows hawker_shards_lost and rebalances. Steady growth without deployments: look why members leave the group.",
)
RECOVERY_SECONDS = Histogram(
    "hawker_recovery_seconds",
    "s",
    "From asking for a shard to its first turn: fence, snapshot, replay.",
    "Grows with the journal behind the last snapshot. Over 5 s: are snapshots saved (hawker_snapshots_saved)?",
    buckets=SECONDS,
)
FACTS_REPLAYED = Counter(
    "hawker_facts_replayed",
    "1",
    "Facts that recoveries read again.",
    "As hawker_recovery_seconds.",
)
SNAPSHOTS_SAVED = Counter(
    "hawker_snapshots_saved", "1", "Snapshots that were saved.", "Standing still under load: see hawker_snapshots_failed."
)
SNAPSHOT_BYTES = Gauge(
    "hawker_snapshot_bytes",
    "By",
    "How large the last snapshot of the shard is.",
    "Follows hawker_jobs_live; much more a job than usual: large products.",
    SHARD,
)
SNAPSHOT_FACTS_BEHIND = Gauge(
    "hawker_snapshot_facts_behind",
    "1",
    "How many facts the shard's last snapshot is behind: what a crash now would replay.",
    "Growing without end: see hawker_snapshots_failed.",
    SHARD,
)
TURN_SECONDS = Histogram(
    "hawker_turn_seconds",
    "s",
    "One turn of a shard: decided, written and committed.",
    "Over the brokers' usual commit time (20 ms): the brokers or their disks are slow, or a turn has too many facts.",
    buckets=SECONDS,
)
TURN_INPUTS = Histogram(
    "hawker_turn_inputs",
    "1",
    "Inputs of a turn.",
    "Near 500 all the time: the shard is at its limit; spread tenants or add partitions.",
    buckets=COUNTS,
)
TURN_FACTS = Histogram("hawker_turn_facts", "1", "Facts of a turn.", "Near 2,000 all the time: as hawker_turn_inputs.", buckets=COUNTS)
JOBS_LIVE = Gauge(
    "hawker_jobs_live",
    "1",
    "Jobs of a shard that have not ended.",
    "At its limit new work is refused: are workers and browsers there to end what is?",
    SHARD,
)
COMMANDS_DISPATCHED = Counter(
    "hawker_commands_dispatched",
    "1",
    "Commands written for workers.",
    "Far more than attempts that end: workers are missing, see hawker_attempts_ended.",
    LANE,
)

# The workers.
ATTEMPTS_ENDED = Counter(
    "hawker_attempts_ended",
    "1",
    "Attempts that ended at a worker, by how.",
    "`unknown` or `transient` rising: the marketplace or the way to it. `unauthorised`: an account must be connected again. `throttled`: our pace is too high.",
    LANE | {"result": "succeeded, or the kind of the failure"},
)
ATTEMPT_SECONDS = Histogram(
    "hawker_attempt_seconds",
    "s",
    "How long an attempt took at a worker.",
    "The marketplace is slow; near the time-out attempts end `unknown`.",
    LANE,
    SECONDS,
)
ATTEMPT_WAIT_SECONDS = Histogram(
    "hawker_attempt_wait_seconds",
    "s",
    "From a command's dispatch to its beginning at a worker.",
    "The window shrinks by itself; if it stays over 1 s, add workers.",
    LANE,
    SECONDS,
)
ATTEMPTS_IN_FLIGHT = Gauge(
    "hawker_attempts_in_flight", "1", "Attempts under way in a worker.", "At HAWKER_WORKER_IN_FLIGHT_MAX: add workers.", LANE
)

# The read side.
PROJECTOR_LAG = Gauge(
    "hawker_projector_lag",
    "1",
    "Journal positions that the read models are behind.",
    "Growing: PostgreSQL is slow, or another projector is needed. Missing: no projector reads, or PostgreSQL is away. People see old states meanwhile; nothing else suffers.",
    {"partition": "of the journal"},
)

METRICS: tuple[Metric, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Metric))
