"""What Slack has for an app, before it is known which way it travels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .present import JSON

Kind = Literal["slash_commands", "interactive", "events_api"]
"""Socket Mode's names for the kinds; over HTTP they differ by their content."""


@dataclass(frozen=True)
class Dispatch:
    """One payload. `retry_num` and `retry_reason` mark an event that is sent again."""

    kind: Kind
    payload: JSON
    retry_num: int | None = None
    retry_reason: str | None = None

    @property
    def takes_payload(self) -> bool:
        """Whether the acknowledgement may say something: to a command and a filled-in modal."""
        if self.kind == "interactive":
            return self.payload.get("type") in ("view_submission", "block_suggestion")
        return self.kind == "slash_commands"
