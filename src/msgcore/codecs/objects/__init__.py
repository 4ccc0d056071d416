"""Messages as MAPI objects: what TNEF and .msg files have in common, over the same properties as MIME."""
