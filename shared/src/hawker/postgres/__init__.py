"""PostgreSQL for whoever keeps rows there: settings, pool, migrations, named queries, checkpoints. Knows no table of a service."""
