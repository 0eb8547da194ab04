"""A local PagerDuty; see `incident_bot.standin`."""

from .standin import PagerDutyStandIn
from .webhooks import Delivery

__all__ = ["Delivery", "PagerDutyStandIn"]
