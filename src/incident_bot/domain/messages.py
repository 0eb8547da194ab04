"""Messages of a war room that belong on the timeline: how Slack has them, and how we keep them.

Slack is the truth about a message, and an event only says "look". So whatever order the looks come
in, and however often, the timeline ends as Slack has it; but what people put right here stays.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from incident_bot.domain.people import Actor, Person
from incident_bot.domain.words import Standing

Way = Literal["reaction", "shortcut"]
"""How a message came onto the timeline: one put there by a reaction goes when that is gone."""


class MessageFile(BaseModel):
    """A file of a message. `size` in bytes; `url` is where the bot may fetch it, if anywhere."""

    model_config = ConfigDict(frozen=True)

    file_id: str
    name: str
    mimetype: str = ""
    size: int = 0
    url: str | None = None

    @property
    def is_image(self) -> bool:
        """True for what documents can show."""
        return self.mimetype.startswith("image/")


class SlackMessage(BaseModel):
    """What a line of the timeline knows of the message that it is.

    `version` tells one version of it in Slack from another. `mended`: somebody put the line right
    here, so what is changed in Slack afterwards changes it no more.
    """

    model_config = ConfigDict(frozen=True)

    channel_id: str
    ts: str
    author: Person
    permalink: str | None = None
    way: Way = "reaction"
    files: tuple[MessageFile, ...] = ()
    version: str = ""
    mended: bool = False

    @property
    def subject(self) -> str:
        """By what the state finds its line."""
        return subject_of(self.channel_id, self.ts)

    def scrubbed(self) -> "SlackMessage":
        """The same message without what its files are called, and without what gives it away."""
        return self.model_copy(update={"files": (), "version": ""})


class MessageSeen(BaseModel):
    """A message as it stands in Slack now, in plain words. `at` is its own time (aware UTC).

    `pinned_by` has the timeline's reaction on it, the first one first; `edited_by` changed it last.
    """

    model_config = ConfigDict(frozen=True)

    headline: str
    details: str = ""
    at: datetime
    author: Person
    permalink: str | None = None
    files: tuple[MessageFile, ...] = ()
    version: str = ""
    pinned_by: tuple[Person, ...] = ()
    edited_by: Person | None = None


class _Command(BaseModel):
    """As every command."""

    model_config = ConfigDict(frozen=True)

    actor: Actor
    at: datetime | None = None
    groups: Mapping[str, Standing] = {}


class LookAtMessages(_Command):
    """Something happened to these messages (`ts`) of the war room: somebody should look at them.

    `key` names the occasion. `asked_at` (aware UTC) says when a person asked for it to be on the
    timeline; `left_by` took a reaction away.
    """

    channel_id: str
    ts: tuple[str, ...]
    key: str
    asked_at: datetime | None = None
    left_by: str | None = None


class SeeMessage(_Command):
    """A runner says: so the message stands in Slack now; `seen` None: it was deleted there.

    `left_by` took the reaction away; `asked_at` as for `LookAtMessages`. `standings`: by Slack
    id, how who has the reaction on it stands to the user groups that the permissions name.
    """

    channel_id: str
    ts: str
    seen: MessageSeen | None
    asked_at: datetime | None = None
    left_by: Person | None = None
    standings: Mapping[str, Mapping[str, Standing]] = {}


class AddMessage(_Command):
    """A person puts the message onto the timeline with the shortcut."""

    channel_id: str
    ts: str
    seen: MessageSeen


class RecordFile(_Command):
    """A runner says: this is what the file of entry `of` holds; `sha256` of it as hex."""

    of: int
    file: MessageFile
    sha256: str
    content: bytes = Field(repr=False)


def subject_of(channel_id: str, ts: str) -> str:
    """By what the state finds the line of a message."""
    return f"message/{channel_id}/{ts}"
