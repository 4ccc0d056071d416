"""Floor 0: identifiers, times, octets, text, status codes and findings that every floor uses."""
