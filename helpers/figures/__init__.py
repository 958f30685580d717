"""The course's figures: a module a chapter, beside what several of them share.

A figure is a function that takes data, draws it, gives the figure its alternative text, and returns
the axes. It computes no results and contains no text: texts come from `helpers.language`, colours
and line styles from `helpers.figures.palette`. Wherever an array is expected, a tensor will do.
"""
