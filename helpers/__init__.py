"""Tools of the course on how neural networks are optimised.

Numbers flow one way: rules (`averages`, `optimizers`, `schedules`, `problems`) → runs (`simulate`,
`training`) → `figures` → `explore`. Nothing lower knows of anything higher.
"""
