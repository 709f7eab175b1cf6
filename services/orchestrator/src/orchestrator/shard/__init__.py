"""The shell around one shard: fence, replay, run, commit. All that awaits is here; nothing here decides."""
