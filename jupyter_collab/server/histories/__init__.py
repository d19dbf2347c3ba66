"""With which history a document goes on, and what is brought into it (no I/O)."""
