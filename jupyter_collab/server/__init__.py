"""The I/O shell: handlers, connections, the actors that own rooms, opening and closing them."""
