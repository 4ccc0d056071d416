"""Floor 3: conversations with servers and clients, over a :class:`~msgcore.runtime.abc.Stream` that is handed in."""
