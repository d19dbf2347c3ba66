"""What requests for files, answered by Jupyter's own handlers, need of open documents."""
