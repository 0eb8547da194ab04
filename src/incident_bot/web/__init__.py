"""The bot's own HTTP side: health, readiness, metrics, and how long it listens."""

from incident_bot.web.errors import calm
from incident_bot.web.life import Life
from incident_bot.web.metrics import Metrics
from incident_bot.web.routes import routes
from incident_bot.web.serving import serve

__all__ = ["Life", "Metrics", "calm", "routes", "serve"]
