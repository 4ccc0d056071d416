"""An MTA in operation: its processes, signals, health and log."""
