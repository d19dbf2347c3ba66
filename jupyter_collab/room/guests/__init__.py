"""What guests may not write, and how it is put right before anybody has it."""
