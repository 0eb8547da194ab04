"""A filled-in form, read with care: what cannot be read is said under its field."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

from incident_bot.domain.decision import Refusal
from incident_bot.domain.people import Person
from incident_bot.domain.times import parse_time
from incident_bot.domain.words import Severity
from incident_bot.slack.grammar.request import Mention
from incident_bot.slack.grammar.words import fit, headline_and_details
from incident_bot.slack.listeners.spec import Asked, Wrong
from incident_bot.slack.views.sentence import unmarked_up

T = TypeVar("T")

MISSING = "This is missing."
UNREADABLE = "Slack sent something here that I cannot read. Choose again."


class FilledIn:
    """The values of the form that `asked` comes from, by block id; `wrong` gathers what is wrong
    with them."""

    def __init__(self, asked: Asked) -> None:
        assert asked.form is not None, "it comes from no form"
        self.asked = asked
        self.form = asked.form
        self.wrong: dict[str, str] = {}

    @property
    def complaint(self) -> Wrong | None:
        """What is wrong so far, if anything is."""
        return Wrong(self.wrong) if self.wrong else None

    def changed(self, block_id: str) -> bool:
        """True when the field holds something else than when the form was opened."""
        return (self.form.values.get(block_id) or None) != (self.form.began.get(block_id) or None)

    def text(self, block_id: str, limit: int = 3_000, *, needed: bool = False) -> str:
        """What was typed, without white space around it; at most `limit` characters."""
        found = self.form.values.get(block_id)
        said = found.strip() if isinstance(found, str) else ""
        if needed and not said:
            self.wrong[block_id] = MISSING
        return self._or_wrong(block_id, lambda: fit(said, limit, "This"), "")

    def headline_and_details(self, block_id: str, *, needed: bool = False) -> tuple[str, str]:
        """The first line, and the further ones."""
        said = self.text(block_id, limit=20_000, needed=needed)
        return self._or_wrong(block_id, lambda: headline_and_details(said), ("", ""))

    def chosen(self, block_id: str) -> str | None:
        """The value chosen; of a block id with a suffix behind a colon, whatever that is."""
        for known, found in self.form.values.items():
            if known == block_id or known.startswith(f"{block_id}:"):
                return found if isinstance(found, str) else None
        return None

    def severity(self, block_id: str) -> Severity | None:
        """The severity chosen, if one is."""
        label = self.chosen(block_id)
        return next((severity for severity in Severity if severity.label == label), None)

    def ticked(self, block_id: str) -> bool:
        """True when the box is ticked."""
        return bool(self.form.values.get(block_id))

    def typed_time(self, block_id: str) -> datetime | None:
        """A time as people type it, in their zone; aware UTC."""
        said, context = self.text(block_id), self.asked.context
        if not said:
            return None
        read = lambda: parse_time(said, context.now, context.zone)  # noqa: E731
        return self._or_wrong(block_id, read, None)

    def picked_moment(self, block_id: str) -> datetime | None:
        """A picked date and time, aware UTC, to the minute."""
        found = self.form.values.get(block_id)
        if not isinstance(found, str):
            return None
        try:
            return datetime.fromtimestamp(int(found), UTC)
        except (ValueError, OverflowError, OSError):
            self.wrong[block_id] = UNREADABLE
            return None

    def picked_day(self, block_id: str) -> date | None:
        """A picked date."""
        found = self.form.values.get(block_id)
        if not isinstance(found, str):
            return None
        try:
            return date.fromisoformat(found)
        except ValueError:
            self.wrong[block_id] = UNREADABLE
            return None

    async def person(self, block_id: str) -> Person | None:
        """Who was chosen."""
        found = self.form.values.get(block_id)
        return await self.asked.who(Mention(found)) if isinstance(found, str) else None

    def _or_wrong(self, block_id: str, read: Callable[[], T], instead: T) -> T:
        try:
            return read()
        except Refusal as refusal:
            self.wrong[block_id] = unmarked_up(refusal.sentence, self.asked.context.zone)
            return instead
