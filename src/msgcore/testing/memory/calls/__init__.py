"""The calls of a store in memory, in parts; :class:`~msgcore.testing.memory_store.MemoryStore` is the whole."""
