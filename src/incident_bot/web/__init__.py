"""The bot's own HTTP pages: health, readiness, metrics; and what every answer goes through."""

from incident_bot.web.errors import calm
from incident_bot.web.metrics import Metrics
from incident_bot.web.routes import routes

__all__ = ["Metrics", "calm", "routes"]
