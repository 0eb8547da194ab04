"""What can go wrong when PagerDuty is called (a rate limit is `effects.Later`)."""

from incident_bot.effects import Refused


class PagerDutyRefused(Refused):
    """PagerDuty answered with a 4xx: it was not done and will not be.

    `sentence` is for people and carries PagerDuty's own words; `status` is the HTTP status.
    """

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self._sentence = sentence
        self.status = status

    @property
    def sentence(self) -> str:
        """PagerDuty's words, and what to check."""
        return self._sentence

    @property
    def is_about_the_token(self) -> bool:
        """The API token itself is not accepted: nothing will work until somebody mends it."""
        return self.status == 401

    @property
    def is_unknown(self) -> bool:
        """PagerDuty does not know what was named."""
        return self.status == 404

    @property
    def is_already_resolved(self) -> bool:
        """The incident is resolved, so PagerDuty takes no more changes of its status."""
        return "already resolved" in self.sentence.lower()


class PagerDutyUnknown(Exception):
    """No answer, or a 5xx: PagerDuty may or may not have done it. Look before repeating."""
