"""Measures a server under load: ``make bench``. A tool, and no test: nothing passes or fails."""
