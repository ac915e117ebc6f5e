"""What becomes of a state that workers share when one of them, or whoever keeps it, dies.

accidents.py  what dies, and in the middle of what
planted.py    the workload whose items add to the state; one of them has the accident
outcome.py    what came of it: how the round ended, and what the state is worth; pure
matrix.py     every method x every accident, recorded;  table.py  as a table
"""
