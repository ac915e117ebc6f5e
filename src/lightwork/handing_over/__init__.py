"""Handing over: what every strategy takes to start and to hand no-ops over, measured in one study, and its table."""
