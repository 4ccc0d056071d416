"""A store provider as sessions use it, in parts; :class:`~msgcore.spi.guarded_store.GuardedStore` is the whole."""
