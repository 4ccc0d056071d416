"""Floor 6: the providers that msgcore ships. Nobody imports them; they are found by name."""
