"""Agreement with the answers of other libraries that lie beside the messages of the corpus.

Each oracle has a module with a ``compare`` that reads what it expects, beside what msgcore says of the same octets.
Only meanings are compared; what is an oracle's own convention is evened out there, with a line that says so.
"""
