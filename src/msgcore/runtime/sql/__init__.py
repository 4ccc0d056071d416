"""SQL for whoever keeps data: one way to say it, on SQLite files and on PostgreSQL servers."""
