"""What each strategy does when something dies.

fault.py      what a fault is, and how it is found
kinds/        the faults, one file each
planted.py    the workload whose items suffer them
accident.py   strikes from outside, while a round runs
outcome.py    what came of it, from the round and its ledger; pure
matrix.py     every strategy x every fault, recorded
saved.py      as JSON;  table.py  as a table
"""
