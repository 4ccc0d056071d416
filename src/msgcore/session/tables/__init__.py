"""What a table is made of: where its rows come from, places between them, headers of categories, events."""
