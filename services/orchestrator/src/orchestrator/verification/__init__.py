"""An operator's check: folds the journal by itself, beside the live orchestrator, and compares. Writes nothing anywhere but its findings."""
