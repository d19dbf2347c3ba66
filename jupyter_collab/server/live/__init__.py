"""Documents in the hands of code on the server: extensions, agents, threads of theirs."""
