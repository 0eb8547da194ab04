"""Ground floor: what an incident is and what may happen to it. Pure Python, no I/O."""
