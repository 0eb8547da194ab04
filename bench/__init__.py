"""Figures, measured on real processes over the real wire. `python -m bench` prints a table."""
