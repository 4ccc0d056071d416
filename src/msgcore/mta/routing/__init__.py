"""Which way a recipient's message goes: address spaces, connectors, tables, and the decision with its reasons."""
