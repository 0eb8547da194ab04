"""Which incidents somebody wants to see in a list."""

from pydantic import BaseModel, ConfigDict, Field

from incident_bot.domain.incident import Incident
from incident_bot.domain.words import Severity

LONGEST = 120
WORDS = 10


class Wanted(BaseModel):
    """Every condition given must hold. `everything`: also those that are over. `severities`: one of
    them. `service` is part of its name, `text` are words of the title; their case does not matter.
    """

    model_config = ConfigDict(frozen=True)

    everything: bool = False
    severities: tuple[Severity, ...] = ()
    service: str = Field(default="", max_length=LONGEST)
    text: str = Field(default="", max_length=LONGEST)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that the title must have, at most ten."""
        return tuple(self.text.split()[:WORDS])

    @property
    def narrowed(self) -> bool:
        """False when it asks for all open incidents, or for all that there are."""
        return bool(self.severities or self.service or self.text)

    def takes(self, incident: Incident) -> bool:
        """True for an incident that is wanted."""
        title, service = incident.title.casefold(), (incident.service or "").casefold()
        return (
            (self.everything or not incident.is_over)
            and (not self.severities or incident.severity in self.severities)
            and self.service.casefold() in service
            and all(word.casefold() in title for word in self.words)
        )
