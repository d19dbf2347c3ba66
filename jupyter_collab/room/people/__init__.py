"""Who is in a room, and in which colour."""
