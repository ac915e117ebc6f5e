"""The built-in workloads, one file each; the file's name is the workload's name.

Installed as `lightwork.workloads`. Files whose name begins with `_` are shared helpers. Importing any of them
loads the standard library only: what stands at the top of a workload is paid for by every spawned worker.
"""
