"""PagerDuty: webhooks in (webhook.py), the REST API out (client.py), and its jobs (effects.py)."""

from incident_bot.pagerduty.client import PagerDuty
from incident_bot.pagerduty.effects import handlers
from incident_bot.pagerduty.errors import PagerDutyRefused, PagerDutyUnknown
from incident_bot.pagerduty.webhook import routes

__all__ = ["PagerDuty", "PagerDutyRefused", "PagerDutyUnknown", "handlers", "routes"]
