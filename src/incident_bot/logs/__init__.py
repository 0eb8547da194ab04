"""Logging: readable lines on a terminal, JSON elsewhere. Secrets and message texts stay out."""

from incident_bot.logs.delivery import Delivery, concerns, delivery, learned
from incident_bot.logs.lines import set_up
from incident_bot.logs.secret_values import hide

__all__ = ["Delivery", "concerns", "delivery", "hide", "learned", "set_up"]
