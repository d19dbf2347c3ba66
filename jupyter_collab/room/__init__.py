"""All decisions about one document; ``room.py`` is where to begin.

Pure: no I/O, no clock, no randomness. Events come in as values, effects go out as values.
The folders know nothing of rooms: ``content`` has what a document holds, ``yjs`` the bytes of
updates, ``texts`` how texts are compared and merged.
"""
