"""What a session can do beside sending, by what it is about."""
