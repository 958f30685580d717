"""Package of the course on how neural networks are optimised.

Imports go one way: algorithms (`averages`, `optimizers`, `schedules`, `problems`) → runs
(`simulate`, `training`) → `figures` → `explore`. No module imports from a later group.
"""
