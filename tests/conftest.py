"""Fixtures that every test may use go here; those of one room go into that room's conftest."""
