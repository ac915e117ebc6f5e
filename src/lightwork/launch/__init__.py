"""Run one round: start its host, watch it, end it, collect what it left."""
