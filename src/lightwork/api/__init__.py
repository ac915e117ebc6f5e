"""From Python: what `import lightwork` offers, the commands as calls.

lightwork.plan(load, paths) -> Plan: the verdict, the code, tables, and run() for the job itself
"""
