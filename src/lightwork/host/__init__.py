"""Inside the measured process: it runs one round and ends. `python -m lightwork.host JOB ANSWER`; standard library only."""
