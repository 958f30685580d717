"""Timings, always as ratios against a named peer measured in the same run.

A ratio says how many times better we are than the peer: the more the better.
"""
