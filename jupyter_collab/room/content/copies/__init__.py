"""Takes away what is there twice as two people moved, merged or split the same cells at once."""
