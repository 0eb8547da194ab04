"""Performs what decisions ask for outside (runner, pools), hears whether the others are there
(outside, telling, catching_up), reminds (reminding), and ticks the clock (clock)."""

from incident_bot.jobs.catching_up import CatchingUp
from incident_bot.jobs.clock import Clock, Sweep, standard_sweeps
from incident_bot.jobs.outside import Outside
from incident_bot.jobs.pools import Pools
from incident_bot.jobs.reminding import Reminding
from incident_bot.jobs.runner import Runner
from incident_bot.jobs.telling import Telling

__all__ = [
    "CatchingUp",
    "Clock",
    "Outside",
    "Pools",
    "Reminding",
    "Runner",
    "Sweep",
    "Telling",
    "standard_sweeps",
]
