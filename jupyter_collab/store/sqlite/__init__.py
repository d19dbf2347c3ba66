"""The default store: histories in one SQLite file, which a thread of its own writes."""
