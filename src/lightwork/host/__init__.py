"""Inside the measured process: runs one round and ends. `python -m lightwork.host JOB ANSWER`. Light to import."""
