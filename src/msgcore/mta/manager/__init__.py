"""The manager, which works the queue."""
