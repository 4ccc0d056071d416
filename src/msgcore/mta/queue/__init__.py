"""Where the MTA keeps what it is responsible for."""
