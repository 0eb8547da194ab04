"""Documents from a journal: the postmortem's draft and the timeline. Pure."""

from incident_bot.postmortem.markdown import write_postmortem, write_timeline

__all__ = ["write_postmortem", "write_timeline"]
