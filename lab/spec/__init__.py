"""What is wanted, as frozen data. Nothing in this room runs anything."""
