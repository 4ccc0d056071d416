"""The syntax of Internet messages, read and written: pure functions over octets and text."""
