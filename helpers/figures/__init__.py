"""The course's figures, a module a chapter.

Each function takes data and an optional ``ax``, draws, and returns the axes. It computes nothing,
shows nothing, and has no words of its own: those come from `helpers.language`.
"""
