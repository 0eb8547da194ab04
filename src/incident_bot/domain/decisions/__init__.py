"""One file for each family of commands: pure functions from state and command to a Decision."""
