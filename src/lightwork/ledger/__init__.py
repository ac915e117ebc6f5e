"""What happened, item by item and worker by worker, written while it happens; standard library only."""
