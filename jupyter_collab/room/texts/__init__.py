"""Texts and sequences as plain values: how one became another, and how two become one.

Nothing here knows of Yjs, of notebooks or of rooms. ``merge.py`` is where to begin.
"""
