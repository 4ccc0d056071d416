"""The parts of the store, the queue and the organisation in memory."""
