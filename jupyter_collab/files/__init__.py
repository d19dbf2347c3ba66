"""The port to a document's file (``port.py``), and what is behind it: managers, the watcher.

Only ``port.py`` is for ``room/``, which decides; the rest performs.
"""
