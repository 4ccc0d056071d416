"""What is retrieved from a maildrop, kept there and removed, so that no message is lost and none comes twice."""
