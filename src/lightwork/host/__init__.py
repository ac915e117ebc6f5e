"""Inside the measured process: run one round and exit."""
