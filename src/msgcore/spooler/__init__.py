"""Floor 6: the spooler, which takes messages from outgoing queues to transports."""
