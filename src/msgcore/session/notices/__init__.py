"""How a session tells what happens: one kind of queue between those who know and those who listen."""
