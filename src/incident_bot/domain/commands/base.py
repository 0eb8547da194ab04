"""What all commands have in common."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from incident_bot.domain.people import Actor
from incident_bot.domain.words import (
    Standing,
)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3000)]
Long = Annotated[str, StringConstraints(max_length=20_000)]


class Asking(BaseModel):
    """Who asks, when it happened (`at`), and how they stand to user groups (`groups`)."""

    model_config = ConfigDict(frozen=True)

    actor: Actor
    at: datetime | None = None
    groups: Mapping[str, Standing] = {}
