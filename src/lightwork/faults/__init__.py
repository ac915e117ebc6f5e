"""What each strategy does when something dies.

fault.py      the faults, in words
planted.py    the workload whose items suffer them
accident.py   what strikes from outside: a killed idle worker, a Ctrl-C
outcome.py    what came of it, from the round and its ledger; pure
matrix.py     every strategy x every fault, recorded
saved.py      as JSON;  table.py  as a table
"""
