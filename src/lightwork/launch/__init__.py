"""One round from outside: its files, its host process, what it prints and how it ends."""
