"""A local Slack; see `incident_bot.standin`."""

from .answers import Answer
from .errors import SlackError
from .standin import SlackStandIn
from .workspace import Channel, File, Message, User, Usergroup

__all__ = [
    "Answer", "Channel", "File", "Message", "SlackError", "SlackStandIn", "User", "Usergroup",
]  # fmt: skip
