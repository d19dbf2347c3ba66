"""Histories in any store of ``pycrdt.store``: what a user names with ``ystore_class``."""
