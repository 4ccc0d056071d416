"""TNEF inside MIME: whether a stream belongs to its message, what it says then, and what of it is shown otherwise."""
