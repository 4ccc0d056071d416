"""msgcore."""
