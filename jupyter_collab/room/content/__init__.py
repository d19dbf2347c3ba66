"""What a document holds: built from a file's content, read out, compared, edited and merged.

Nothing here knows of rooms or of who is in them. ``document.py`` is where to begin.
"""
