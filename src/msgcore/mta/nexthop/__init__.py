"""Next hops: which hosts take a domain's mail, how the way to each is secured, and what is reported of that."""
