"""Shares of the whole server, as a JupyterHub has them."""
