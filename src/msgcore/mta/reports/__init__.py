"""What the MTA tells senders about their messages (RFC 3461 to 3464)."""
