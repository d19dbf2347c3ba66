"""Links to single documents, and the gate that holds those who came by one to it."""
