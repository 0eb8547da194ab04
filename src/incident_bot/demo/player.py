"""Plays a scenario: each step at its time, as a signed request, and what came of it is told."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from incident_bot.demo.bot import DemoError
from incident_bot.demo.scenario import Alert, Annotation, Click, Say, Timed
from incident_bot.demo.story import Story, readable, words
from incident_bot.demo.world import World
from incident_bot.standin import Answer, Channel, Delivery, User

WAIT_SECONDS = 15.0

# Their answers are for one person's eyes without being refusals.
_ASKS = frozenset({"help", "list", "timeline", "export", "postmortem", "oncall"})
_ASKS_ALONE = frozenset({"role", "severity", "status", "action", "actions"})


class Refused(DemoError):
    """The bot refused a step; the message holds the step, what was asked, and the answer."""


@dataclass
class Measured:
    """When the first alert went out and when its invitation was answered (monotonic seconds)."""

    alert: float | None = None
    invited: float | None = None

    @property
    def seconds(self) -> float | None:
        """From the webhook to the confirmed invitation; None when there was none."""
        if self.alert is None or self.invited is None:
            return None
        return self.invited - self.alert


def is_only_asking(text: str) -> bool:
    """True when `/incident text` asks to be shown something: an answer to one person is right."""
    first, *rest = text.split()
    private = first == "declare" and "--private" in rest
    return first in _ASKS or private or (first in _ASKS_ALONE and not rest)


def is_resolving(text: str) -> bool:
    """True when `/incident text` declares the incident over."""
    return text.split()[:1] == ["resolve"] or text.split()[:2] == ["status", "resolved"]


def document_of(text: str) -> str | None:
    """Which document `/incident text` brings into the room: `postmortem`, `timeline` or none."""
    first, *rest = text.split()
    if first == "export":
        return rest[0] if rest else "postmortem"
    if first == "postmortem" or is_resolving(text):
        return "postmortem"
    return None


class Player:
    """Plays step after step; `set_clock` gives the bot the time of the story, and
    `settled` waits until it has done what the step asked for, so that nobody speaks too early."""

    def __init__(
        self,
        world: World,
        story: Story,
        set_clock: Callable[[datetime], Awaitable[None]],
        settled: Callable[[], Awaitable[None]],
    ) -> None:
        self.world = world
        self.story = story
        self.measured = Measured()
        self._set_clock = set_clock
        self._settled = settled
        self._incident: dict[str, Any] | None = None

    async def play(self) -> None:
        """Every step in order; DemoError at the first that fails."""
        for timed in self.world.scenario.steps:
            await self._set_clock(timed.at)
            try:
                await self._step(timed)
                await self._settled()
            except (aiohttp.ClientError, TimeoutError) as error:
                raise DemoError(f"{_place(timed)}: the bot does not answer ({error!r})") from None

    async def _step(self, timed: Timed) -> None:
        step = timed.step
        if step.alert is not None:
            answer = await self._alert(timed, step.alert)
        elif step.say is not None:
            answer = await self._say(timed, step.say)
        elif step.click is not None:
            answer = await self._click(timed, step.click)
        else:
            answer = await self._in_pagerduty(timed)
        if step.expect is not None and step.expect not in answer:
            raise Refused(f"{_place(timed)}: expected {step.expect!r} in the answer: {answer}")

    # PagerDuty

    async def _alert(self, timed: Timed, alert: Alert) -> str:
        world = self.world
        self.story.step(timed.at, "PagerDuty", f"alert: {alert.title} ({alert.urgency} urgency)")
        begun, sent = time.monotonic(), len(world.pagerduty.deliveries)
        self._incident = await world.pagerduty.trigger(
            world.service,
            alert.title,
            urgency=alert.urgency,
            details=alert.details or None,
            occurred_at=timed.at,
        )
        for delivery in world.pagerduty.deliveries[sent:]:
            self._accepted(timed, delivery)
        if alert.urgency == "high":
            await self._until(
                lambda: world.room is not None, f"{_place(timed)}: no room was opened"
            )
            await self._until(self._somebody_is_in, f"{_place(timed)}: nobody was invited")
            if self.measured.alert is None:
                invitations = (c for c in world.slack.calls if c.method == "conversations.invite")
                first = next((call for call in invitations if call.ok), None)
                self.measured = Measured(begun, first.ended if first else None)
        return ""

    def _somebody_is_in(self) -> bool:
        room = self.world.room
        return room is not None and any(m != self.world.slack.bot.id for m in room.members)

    async def _in_pagerduty(self, timed: Timed) -> str:
        world, step, who = self.world, timed.step, timed.step.who
        assert who is not None
        if self._incident is None:
            raise DemoError(f"{_place(timed)}: no alert has fired yet in this scenario")
        user = world.pagerduty_users[who]
        match step.kind, step.annotate:
            case "acknowledge", _:
                self.story.step(timed.at, f"@{who}", "acknowledges the alert in PagerDuty")
                delivery = await world.pagerduty.acknowledge(self._incident, user, timed.at)
            case "resolved_in_pagerduty", _:
                self.story.step(timed.at, f"@{who}", "resolves the alert in PagerDuty")
                delivery = await world.pagerduty.resolve(self._incident, user, timed.at)
            case _, Annotation(text=text):
                self.story.step(timed.at, f"@{who}", f"writes a note in PagerDuty: {text}")
                delivery = await world.pagerduty.annotate(self._incident, user, text, timed.at)
            case kind, _:
                raise DemoError(f"{_place(timed)}: the demo cannot do {kind}")
        self._accepted(timed, delivery)
        return delivery.body

    def _accepted(self, timed: Timed, delivery: Delivery) -> None:
        if delivery.outcome != "accepted":
            raise Refused(
                f"{_place(timed)}: the webhook {delivery.event_type} was answered "
                f"{delivery.status or 'not at all'}: {delivery.body}"
            )

    # Slack

    async def _say(self, timed: Timed, say: Say) -> str:
        text, world = say.text, self.world
        channel = await self._place_to_type(timed, say)
        document = document_of(text)
        known = {file.id for file in world.documents()}
        self.story.step(timed.at, f"@{say.by}", f"/incident {text}")
        answer = await world.slack.command(world.users[say.by], text, channel)
        said = self.plain(answer)
        self._answered(timed, f"/incident {text}", answer, said)
        expected = timed.step.expect is not None and timed.step.expect in said
        ephemeral = answer.response_type == "ephemeral"
        if ephemeral and not (expected or is_only_asking(text)):
            raise Refused(f"{_place(timed)}: /incident {text}\nThe bot refused: {said}")
        if said:
            self.story.seen(said)
        if document is not None:
            await self._until(
                lambda: any(f.id not in known for f in world.documents(f"{document}-")),
                f"{_place(timed)}: the {document} did not arrive in the room",
            )
        return said

    async def _place_to_type(self, timed: Timed, say: Say) -> Channel:
        world = self.world
        if say.channel is not None:
            try:
                return world.slack.channel(say.channel)
            except KeyError:
                raise DemoError(f"{_place(timed)}: there is no channel #{say.channel}") from None
        return await self._enter(timed, world.users[say.by])

    async def _enter(self, timed: Timed, user: User) -> Channel:
        """The war room, after joining it where the person is not in it yet."""
        room = self.world.room
        if room is None:
            raise DemoError(f"{_place(timed)}: there is no war room yet; name a channel: incidents")
        if user.id not in room.members and not room.is_private:
            self.story.step(timed.at, f"@{user.name}", "joins the war room")
            await self.world.slack.join(user, room)
        return room

    async def _click(self, timed: Timed, click: Click) -> str:
        world = self.world
        user = world.users[click.by]
        room = await self._enter(timed, user)
        place = _place(timed)
        await self._until(
            lambda: find_button(room, click.button) is not None,
            f"{place}: there is no button {click.button!r} in the war room",
        )
        found = find_button(room, click.button)
        assert found is not None
        ts, button = found
        label = str((button.get("text") or {}).get("text") or click.button)
        self.story.step(timed.at, f"@{click.by}", f"clicks [{label}]")
        before, responses = len(world.slack.ephemerals), len(world.slack.responses)
        answer = await world.slack.click(user, room, ts, button["action_id"], button.get("value"))
        self._answered(timed, f"[{label}]", answer, self.plain(answer))
        for shown in world.slack.ephemerals[before:]:
            said = readable(words(shown), world.names())
            if timed.step.expect is None or timed.step.expect not in said:
                raise Refused(f"{place}: [{label}]\nThe bot refused: {said}")
        answers = [
            readable(words(body), world.names()) for body in world.slack.responses[responses:]
        ]
        for said in answers:
            self.story.seen(said)
        return "\n".join(answers) or (words(room.messages[-1]) if room.messages else "")

    def plain(self, answer: Answer) -> str:
        """The words of an answer, as a person reads them."""
        return readable(words(answer.body), self.world.names()).strip()

    def _answered(self, timed: Timed, what: str, answer: Answer, said: str) -> None:
        if answer.problem is not None:
            sentence = f"{_place(timed)}: {what}\nThe bot's answer is not one Slack can show"
            raise Refused(f"{sentence} ({answer.problem}): {said or answer.body}")

    async def _until(self, true: Callable[[], bool], otherwise: str) -> None:
        await self.world.until(true, WAIT_SECONDS, otherwise)


def _place(timed: Timed) -> str:
    by = f" by @{timed.step.who}" if timed.step.who else ""
    return f"step {timed.number} ({timed.at:%Y-%m-%d %H:%M} UTC, {timed.step.kind}{by})"


def find_button(room: Channel, wanted: str) -> tuple[str, dict[str, Any]] | None:
    """The message ts and button with this action id (or label), the newest; None: there is none.

    `claim_role:ops` also finds an action `claim_role` whose value ends with the word `ops`.
    """
    action, _, word = wanted.partition(":")
    for message in reversed(room.messages):
        for button in _buttons(message.blocks):
            key, value = str(button.get("action_id", "")), str(button.get("value", ""))
            label = str((button.get("text") or {}).get("text", ""))
            by_word = bool(word) and key.startswith(action) and value.split()[-1:] == [word]
            if wanted in (key, label) or by_word:
                return message.ts, button
    return None


def _buttons(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [button for item in node for button in _buttons(item)]
    if not isinstance(node, dict):
        return []
    if node.get("type") == "button":
        return [node]
    return [button for value in node.values() for button in _buttons(value)]
