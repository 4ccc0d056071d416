"""Floor 8: the client API for blocking code: the same objects, one line a method."""
