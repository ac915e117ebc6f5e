"""The parts of a plan's page: its curve, its tables and its template; draws with matplotlib."""
