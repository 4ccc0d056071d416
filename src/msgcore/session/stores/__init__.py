"""What a message store can do beside opening things, by what it is about."""
