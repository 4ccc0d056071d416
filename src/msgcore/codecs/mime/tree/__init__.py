"""The tree of a message that was read: entities, their headers, and what the message consists of."""
