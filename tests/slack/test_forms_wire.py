"""Forms over the wire: opened with one call, sent with none, recorded whole or not at all."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.policy import IncidentType, Policy
from incident_bot.domain.words import Milestone, Severity, Status
from tests.slack.forms_bot import REF, FormsBot, a_forms_bot

SECURITY = IncidentType(key="security", name="Security", private=True, severity=Severity.SEV1)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[FormsBot]:
    async with a_forms_bot(tmp_path, Policy(types=(SECURITY,))) as running:
        yield running


# Declare


async def test_declaring_tells_what_becomes_of_it(bot: FormsBot) -> None:
    await bot.opens(bot.bob, "declare", bot.general)
    values = {"title": "Search is <slow>", "details": "Since noon\nOnly in the EU"}
    assert await bot.submits(bot.bob, values) == {}
    said = bot.notice(bot.bob)
    assert said.startswith("INC-2 declared (Sev3): Search is &lt;slow&gt;")
    assert "you will be invited in a moment" in said
    incident = await bot.incident("INC-2")
    assert incident.title == "Search is <slow>" and not incident.private
    first = (await bot.store.journal("INC-2"))[1].body
    assert first == e.Logged(headline="Since noon", details="Only in the EU")
    assert bot.general.messages == []


async def test_an_empty_title_is_not_even_sent_and_a_long_one_stays_with_the_words(
    bot: FormsBot,
) -> None:
    view = await bot.opens(bot.bob, "declare", bot.general)
    with pytest.raises(ValueError, match="title is required"):
        await bot.submits(bot.bob, {"title": ""})
    errors = await bot.submits(bot.bob, {"title": "x" * 251, "details": "known"})
    assert list(errors) == ["title"] and "250 characters, and this has 251" in errors["title"]
    assert view["state"]["values"]["details"]["details"]["value"] == "known"
    assert await bot.store.incident("INC-2") is None
    assert await bot.submits(bot.bob, {"title": "Shorter"}) == {}
    assert (await bot.incident("INC-2")).title == "Shorter"


async def test_a_type_chosen_shows_what_it_means_and_what_was_typed_stays(bot: FormsBot) -> None:
    view = await bot.opens(bot.bob, "declare", bot.general)
    bot.slack.fill(view, {"title": "Leaked key", "type": "security"})
    answer = await bot.slack.click_in_view(bot.bob, view, "declare_type", "security")
    assert answer.problem is None
    assert [call.method for call in bot.slack.calls] == ["views.open", "views.update"]
    assert await bot.submits(bot.bob, {}) == {}
    incident = await bot.incident("INC-2")
    assert (incident.title, incident.severity, incident.private) == (
        "Leaked key",
        Severity.SEV1,
        True,
    )


async def test_the_shortcut_works_where_no_channel_is(bot: FormsBot) -> None:
    assert (await bot.slack.shortcut(bot.charlie, "declare_incident")).problem is None
    assert await bot.submits(bot.charlie, {"title": "Broken", "severity:-": "Sev2"}) == {}
    assert (await bot.incident("INC-2")).severity is Severity.SEV2


async def test_one_form_declares_one_incident_however_often_it_is_sent(bot: FormsBot) -> None:
    view = await bot.opens(bot.bob, "declare", bot.general)
    before = dict(view)
    await bot.submits(bot.bob, {"title": "Search is slow"})
    before["state"] = {"values": {}}
    bot.slack.desk.views[view["id"]] = before  # the answer got lost: the form is still there
    assert await bot.submits(bot.bob, {"title": "Search is slow!"}, before) == {}
    assert "recorded already" in bot.notice(bot.bob)
    assert await bot.store.incident("INC-3") is None


# Roles


async def test_roles_are_changed_in_one_go_and_told_in_one_message(bot: FormsBot) -> None:
    await bot.presses(bot.alice, "open_roles", REF)
    values = {"role:ic": bot.alice.id, "role:ops": bot.bob.id}
    assert await bot.submits(bot.alice, values) == {}
    assert not bot.is_open(bot.alice)
    held = {key: who.slack_id for key, who in (await bot.incident()).roles.items()}
    assert held == {"ic": bot.alice.id, "ops": bot.bob.id}
    assert len(await bot.messages()) == 1
    await bot.presses(bot.alice, "open_roles", REF)
    assert await bot.submits(bot.alice, {"role:ic": "", "role:comms": bot.bob.id}) == {}
    assert sorted((await bot.incident()).roles) == ["comms", "ops"]
    assert len(await bot.messages()) == 2


async def test_nothing_is_recorded_when_nothing_is_changed(bot: FormsBot) -> None:
    await bot.presses(bot.alice, "open_roles", REF)
    errors = await bot.submits(bot.alice, {})
    assert list(errors) == ["role:ic"] and "No role is changed" in errors["role:ic"]


async def test_a_role_taken_meanwhile_is_refused_under_it_and_the_rest_waits(
    bot: FormsBot,
) -> None:
    await bot.presses(bot.alice, "open_roles", REF)
    await bot.types(bot.bob, "role ic me")
    values = {"role:ic": bot.alice.id, "role:comms": bot.alice.id}
    errors = await bot.submits(bot.alice, values)
    assert list(errors) == ["role:ic"]
    assert errors["role:ic"].startswith("@bob is Incident Commander already.")
    assert list((await bot.incident()).roles) == ["ic"]
    assert await bot.submits(bot.alice, {"role:ic": ""}) == {}
    held = {key: who.slack_id for key, who in (await bot.incident()).roles.items()}
    assert held == {"ic": bot.bob.id, "comms": bot.alice.id}


async def test_a_role_that_changed_hands_meanwhile_is_not_taken_unseen(bot: FormsBot) -> None:
    await bot.types(bot.alice, "role ic me")
    await bot.presses(bot.bob, "open_roles", REF)
    await bot.types(bot.alice, "role ic @bob")
    errors = await bot.submits(bot.bob, {"role:ic": bot.charlie.id})
    assert "it is @bob now" in errors["role:ic"]


# Update


async def test_an_update_alone_is_one_message(bot: FormsBot) -> None:
    await bot.opens(bot.alice, "update")
    assert await bot.submits(bot.alice, {"text": "Half <of> it\nis back"}) == {}
    assert await bot.bodies() == [e.Updated(text="Half <of> it", details="is back")]
    assert len(await bot.messages()) == 1


async def test_what_else_changes_appears_as_chosen_and_is_recorded_with_it(bot: FormsBot) -> None:
    view = await bot.opens(bot.alice, "update")
    bot.slack.fill(view, {"text": "Half is back", "more": ["more"]})
    await bot.slack.click_in_view(bot.alice, view, "update_more", ["more"])
    values = {"severity": "Sev1", "status": "mitigated"}
    assert await bot.submits(bot.alice, values) == {}
    incident = await bot.incident()
    assert (incident.severity, incident.status) == (Severity.SEV1, Status.MITIGATED)
    assert incident.last_update == "Half is back"
    assert len(await bot.messages()) == 1


async def test_when_one_part_is_refused_nothing_is_recorded_and_all_of_it_stays(
    bot: FormsBot,
) -> None:
    view = await bot.opens(bot.alice, "update")
    bot.slack.fill(view, {"text": "Half is back", "more": ["more"]})
    await bot.slack.click_in_view(bot.alice, view, "update_more", ["more"])
    await bot.types(bot.bob, "severity sev1")
    known = len(await bot.bodies())
    errors = await bot.submits(bot.alice, {"severity": "Sev1", "status": "mitigated"})
    assert errors == {"severity": "INC-1 is Sev1 already."}
    assert len(await bot.bodies()) == known
    assert await bot.messages() == []
    assert await bot.submits(bot.alice, {"severity": "Sev4"}) == {}
    incident = await bot.incident()
    assert (incident.severity, incident.last_update) == (Severity.SEV4, "Half is back")


async def test_the_same_submission_delivered_again_is_recorded_once(bot: FormsBot) -> None:
    view = await bot.opens(bot.alice, "update")
    bot.slack.fill(view, {"text": "Half is back"})
    payload = bot.slack._payload("view_submission", bot.alice) | {"view": dict(view)}
    for _ in range(2):
        assert (await bot.slack.interact(payload)).status == 200
    assert await bot.bodies() == [e.Updated(text="Half is back")]
    assert len(await bot.messages()) == 1


# Action item


async def test_an_action_item_has_all_that_was_filled_in(bot: FormsBot) -> None:
    await bot.types(bot.alice, "action")
    listed = bot.slack.ephemerals[-1]
    button = listed["blocks"][-1]["elements"][0]
    assert (button["action_id"], button["value"]) == ("open_action", REF)
    await bot.slack.click(bot.alice, bot.room, listed["ts"], "open_action")
    values = {
        "text": "Add an\nindex", "kind": "detection", "priority": "P0",
        "owner": bot.bob.id, "due": "2031-02-03", "ticket": "ENG-1",
    }  # fmt: skip
    assert await bot.submits(bot.alice, values) == {}
    (added,) = [body for body in await bot.bodies() if isinstance(body, e.ActionAdded)]
    assert (added.text, added.action, added.priority) == ("Add an index", "detection", "P0")
    assert added.owner is not None and added.owner.slack_id == bot.bob.id
    assert (added.due, added.ticket) == (date(2031, 2, 3), "ENG-1")


# Edit and retract


async def logged(bot: FormsBot, text: str = "Failed over") -> e.Entry:
    command = c.LogEntry(
        actor=by(Person(name="Bob Johnson", slack_id=bot.bob.id)),
        headline=text,
        details="by hand",
        at=datetime(2025, 10, 27, 14, 23, 45, tzinfo=UTC),
    )
    await bot.service.handle(command, ref=REF)
    return (await bot.store.journal(REF))[-1]


async def test_a_text_is_mended_and_time_and_author_stay(bot: FormsBot) -> None:
    old = await logged(bot)
    await bot.opens(bot.alice, f"edit {old.seq}")
    assert await bot.submits(bot.alice, {"text": "Failed back", "reason": "wrong word"}) == {}
    new = (await bot.store.journal(REF))[-1]
    assert new.body == e.Logged(headline="Failed back", details="by hand")
    assert new.occurred_at == old.occurred_at  # to the second
    assert (new.supersedes, new.reason) == (old.seq, "wrong word")
    assert (await bot.store.journal(REF))[old.seq - 1] == old
    listed = await bot.types(bot.alice, "timeline")
    assert "Failed back _(corrected)_" in listed and "Failed over" not in listed


async def test_a_time_is_mended_and_one_to_come_is_refused_under_it(bot: FormsBot) -> None:
    old = await logged(bot)
    await bot.presses(bot.alice, "timeline_line", f"{REF} {old.seq}")
    errors = await bot.submits(bot.alice, {"when": 4_000_000_000})
    assert list(errors) == ["when"] and "still to come" in errors["when"]
    at = datetime(2025, 10, 27, 14, 20, tzinfo=UTC)
    assert await bot.submits(bot.alice, {"when": int(at.timestamp())}) == {}
    new = (await bot.store.journal(REF))[-1]
    assert (new.occurred_at, new.body) == (at, old.body)


async def test_an_edit_that_changes_nothing_says_so(bot: FormsBot) -> None:
    old = await logged(bot)
    await bot.opens(bot.alice, f"edit {old.seq}")
    errors = await bot.submits(bot.alice, {"reason": "why not"})
    assert list(errors) == ["text"] and "Nothing is changed yet" in errors["text"]


async def test_details_can_be_emptied(bot: FormsBot) -> None:
    old = await logged(bot)
    await bot.opens(bot.alice, f"edit {old.seq}")
    assert await bot.submits(bot.alice, {"details": ""}) == {}
    assert (await bot.store.journal(REF))[-1].body == e.Logged(headline="Failed over")


async def test_a_line_is_chosen_from_the_timeline_and_retracted_in_the_form(bot: FormsBot) -> None:
    old = await logged(bot)
    await bot.types(bot.alice, "timeline")
    shown = bot.slack.ephemerals[-1]
    await bot.slack.click(bot.alice, bot.room, shown["ts"], "timeline_line", f"{REF} {old.seq}")
    view = bot.modal(bot.alice)
    await bot.slack.click_in_view(bot.alice, view, "retract_entry", f"{REF} {old.seq}")
    assert bot.notice(bot.alice).startswith(f"#{old.seq} retracted.")
    assert len(await bot.messages()) == 1
    assert "Failed over" not in await bot.types(bot.alice, "timeline")


async def test_what_stays_as_it_is_has_no_form(bot: FormsBot) -> None:
    said = await bot.types(bot.alice, "edit 2")
    assert "stays as it was recorded" in said
    assert "no entry #77" in await bot.types(bot.alice, "edit 77")
    assert not bot.is_open(bot.alice)


# Resolve


async def test_resolving_takes_along_what_was_missing(bot: FormsBot) -> None:
    await bot.presses(bot.alice, "open_resolve", REF)
    values = {
        "done": "Rolled back\nto 4.2.1", "at": "-1m", "started": "yesterday 23:50",
        "root": "Pool exhausted", "affected": "~1,500", "action": "Alert on the pool",
    }  # fmt: skip
    assert await bot.submits(bot.alice, values) == {}
    incident = await bot.incident()
    assert incident.status is Status.RESOLVED
    assert incident.impact == {"Affected users": "~1,500"}
    assert incident.times[Milestone.IMPACT_STARTED] < incident.times[Milestone.RESOLVED]
    said = await bot.bodies()
    assert [type(body) for body in said] == [
        e.MilestoneSet,
        e.WhyStated,
        e.ImpactStated,
        e.ActionAdded,
        e.StatusChanged,
    ]
    assert said[-1] == e.StatusChanged(
        status=Status.RESOLVED, text="Rolled back", details="to 4.2.1"
    )
    assert len(await bot.messages()) == 1


async def test_times_that_cannot_be_read_are_told_under_their_fields(bot: FormsBot) -> None:
    await bot.presses(bot.alice, "open_resolve", REF)
    view = bot.modal(bot.alice)
    assert "Europe/Berlin" in str(view["blocks"])
    values = {"done": "Rolled back", "at": "half past", "started": "25:99"}
    errors = await bot.submits(bot.alice, values)
    assert sorted(errors) == ["at", "started"]
    assert "I cannot read the time “half past”" in errors["at"]
    assert view["state"]["values"]["done"]["done"]["value"] == "Rolled back"
    assert (await bot.incident()).status is Status.OPEN
    assert await bot.submits(bot.alice, {"at": "", "started": ""}) == {}
    assert (await bot.incident()).status is Status.RESOLVED


async def test_what_somebody_else_resolved_meanwhile_still_takes_the_rest(bot: FormsBot) -> None:
    await bot.presses(bot.alice, "open_resolve", REF)
    await bot.types(bot.bob, "resolve Rolled back")
    errors = await bot.submits(bot.alice, {"done": "Me too", "root": "Pool exhausted"})
    assert list(errors) == ["done"] and "was resolved already, at " in errors["done"]
    assert "<!date" not in errors["done"]
    assert await bot.submits(bot.alice, {"done": ""}) == {}
    assert e.WhyStated(part="root", text="Pool exhausted") in await bot.bodies()


async def test_over_it_has_no_form_to_resolve(bot: FormsBot) -> None:
    await bot.types(bot.bob, "resolve")
    (told,) = await bot.presses(bot.alice, "open_resolve", REF)
    assert "is resolved already" in told and not bot.is_open(bot.alice)


async def test_cancelled_meanwhile_is_said_under_the_field(bot: FormsBot) -> None:
    await bot.presses(bot.alice, "open_roles", REF)
    await bot.types(bot.bob, "cancel")
    errors = await bot.submits(bot.alice, {"role:ic": bot.alice.id})
    assert "INC-1 was cancelled" in errors["role:ic"]


# Privacy


async def test_a_private_incident_has_forms_for_its_members_alone(bot: FormsBot) -> None:
    actor = by(Person(name="Alice Smith", slack_id=bot.alice.id))
    await bot.service.handle(c.Declare(actor=actor, title="Leak", private=True))
    room = bot.slack.add_channel("secret", private=True, members=[bot.alice])
    await bot.service.handle(
        c.RecordRoom(actor=BOT, channel_id=room.id, name="secret"), ref="INC-2"
    )
    for name in ("open_roles", "open_update", "open_action", "open_resolve"):
        (told,) = await bot.presses(bot.charlie, name, "INC-2", bot.general)
        assert "There is no INC-2 that you can reach from here" in told
        assert not bot.is_open(bot.charlie)
    for name, value in (("timeline_line", "INC-2 1"), ("timeline_page", "INC-2 1")):
        (told,) = await bot.presses(bot.charlie, name, value, bot.general)
        assert "There is no INC-2" in told and "Leak" not in told
    await bot.presses(bot.alice, "open_update", "INC-2", bot.general)
    assert await bot.submits(bot.alice, {"text": "Contained"}) == {}
    assert (await bot.incident("INC-2")).last_update == "Contained"
    assert all("Contained" not in str(message) for message in bot.general.messages)


# The timeline's pages


async def test_pages_are_turned_in_place_and_days_have_names(bot: FormsBot) -> None:
    for number in range(25):
        await logged(bot, f"Step {number}")
    await bot.types(bot.alice, "timeline")
    shown = bot.slack.ephemerals[-1]
    assert "page 2 of 2" in shown["text"] and "^{date_long_pretty}|" in shown["text"]
    count = len(bot.slack.ephemerals)
    await bot.slack.click(bot.alice, bot.room, shown["ts"], "timeline_page:previous")
    assert len(bot.slack.ephemerals) == count
    assert "page 1 of 2" in shown["text"]
    pressable = shown["blocks"][-1]["elements"]
    assert [one["action_id"] for one in pressable] == ["timeline_page:next", "timeline_line"]
    assert len(pressable[-1]["options"]) <= 20
