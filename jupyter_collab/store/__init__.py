"""The port to what keeps histories (``port.py``), and its adapters: memory, SQLite, pycrdt's.

``journal.py`` is what stands between a room and the log; it is as pure as a room.
"""
