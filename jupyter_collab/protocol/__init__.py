"""The wire: messages, their bytes, close codes and ids. Pure: no I/O, no state, stdlib only."""
