"""What people type after `/incident`, made into small typed requests. Sans-I/O.

`words.split` finds the incident and the verb; one module per family of verbs reads the rest. A
family's function takes what follows the verb in Slack's escaping and raises Refusal, nothing else.
"""

from incident_bot.slack.grammar.request import Context
from incident_bot.slack.grammar.typed import plain
from incident_bot.slack.grammar.words import Typed, nearest, split

__all__ = ["Context", "Typed", "nearest", "plain", "split"]
