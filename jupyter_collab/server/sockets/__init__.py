"""The server's end of a WebSocket: frames in, messages out, and the bounds of both."""
