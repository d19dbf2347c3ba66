"""All decisions about one document; ``room.py`` is where to begin.

Pure: no I/O, no clock, no randomness. Events come in as values, effects go out as values.
"""
