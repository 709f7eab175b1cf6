"""PostgreSQL: pool, migrations, checkpoint. Read models and credentials live there, never the truth."""
