"""Yjs v1 updates as bytes: read struct by struct, vetted, cut into parts, written from nothing.

Nothing here makes a ``pycrdt.Doc`` or knows of rooms. ``structs.py`` is where to begin.
"""
