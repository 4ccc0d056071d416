"""Floor 7: the client API, in coroutines. ``msgcore.aio`` gives it as it is, ``msgcore.blocking`` as plain calls."""
