"""What stands in responses, one kind of data a file. Functions here raise ``NotUnderstood``, which stays inside."""
