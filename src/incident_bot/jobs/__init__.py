"""Performs what decisions ask for outside (runner), and ticks the clock (clock)."""

from incident_bot.jobs.clock import Clock, Sweep, standard_sweeps
from incident_bot.jobs.runner import Runner

__all__ = ["Clock", "Runner", "Sweep", "standard_sweeps"]
