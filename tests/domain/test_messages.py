"""Messages of the room on the timeline: put there, followed, taken off, in whatever order."""

from datetime import datetime

from hypothesis import given, strategies as st

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, JobKind, Refusal
from incident_bot.domain.journal import Line, timeline, whose
from incident_bot.domain.messages import MessageFile, MessageSeen
from incident_bot.domain.people import BOT, PAGERDUTY, Person, by
from incident_bot.domain.policy import FileRules, Policy
from tests.domain.world import ALICE, BOB, CHARLIE, World, alert, alerted, at, said

ROOM, TS = "C1", "1761575100.000100"
IMAGE = MessageFile(
    file_id="F1",
    name="errors.png",
    mimetype="image/png",
    size=2_000_000,
    url="https://files.slack.com/x",
)


def room(policy: Policy | None = None) -> World:
    """An incident with its war room, and the jobs asked for since."""
    world = alerted()
    world.policy = policy or Policy()
    world.handle(c.RecordRoom(actor=BOT, channel_id=ROOM, name="inc-1"))
    world.jobs.clear()
    return world


def seen(text: str = "Pool exhausted", *pinned_by: Person, **more: object) -> MessageSeen:
    values: dict[str, object] = {
        "headline": text,
        "at": at("14:25"),
        "author": CHARLIE,
        "permalink": "https://acme.slack.com/archives/C1/p1",
        "version": text,
        "pinned_by": pinned_by,
    }
    return MessageSeen.model_validate({**values, **more})


def look(world: World, now: MessageSeen | None, **more: object) -> Decision:
    command = c.SeeMessage.model_validate(
        {"actor": BOT, "channel_id": ROOM, "ts": TS, "seen": now, **more}
    )
    return world.handle(command)


def lines(world: World) -> list[Line]:
    return [line for line in timeline(world.journal) if isinstance(line.entry.body, e.Logged)]


def texts(world: World) -> list[str]:
    return [str(getattr(line.entry.body, "headline", "")) for line in lines(world)]


def test_a_reaction_makes_a_line_with_the_messages_own_time_and_author() -> None:
    world = room()
    look(world, seen("Pool exhausted", ALICE, BOB))
    (line,) = lines(world)
    assert line.entry.occurred_at == at("14:25")
    assert whose(line.entry) == by(CHARLIE)
    assert line.entry.actor == by(ALICE)  # who put it there


def test_looking_again_changes_nothing() -> None:
    world = room()
    look(world, seen("Pool exhausted", ALICE))
    assert look(world, seen("Pool exhausted", BOB, ALICE)) == Decision()
    assert len(lines(world)) == 1


def test_one_of_two_takes_the_reaction_away_then_the_other() -> None:
    world = room()
    look(world, seen("Pool exhausted", ALICE, BOB))
    look(world, seen("Pool exhausted", BOB), left_by=ALICE)
    assert texts(world) == ["Pool exhausted"]
    look(world, seen("Pool exhausted"), left_by=BOB)
    assert texts(world) == []
    assert world.journal[-1].actor == by(BOB)
    assert world.journal[-1].reason == "the reaction was taken away in Slack"


def test_the_reaction_comes_again_and_the_line_is_back_under_its_number() -> None:
    world = room()
    look(world, seen("Pool exhausted", ALICE))
    number = lines(world)[0].number
    look(world, seen("Pool exhausted"))
    look(world, seen("Pool was exhausted", BOB))
    assert [line.number for line in lines(world)] == [number]
    assert texts(world) == ["Pool was exhausted"]


def test_an_edit_in_slack_is_a_correction_by_who_edited() -> None:
    world = room()
    look(world, seen("Pool exausted", ALICE))
    look(world, seen("Pool exhausted", ALICE, edited_by=CHARLIE))
    (line,) = lines(world)
    assert line.corrected and texts(world) == ["Pool exhausted"]
    assert (line.entry.actor, line.entry.reason) == (by(CHARLIE), "edited in Slack")
    assert line.entry.occurred_at == at("14:25")


def test_a_deleted_message_is_retracted() -> None:
    world = room()
    look(world, seen("Pool exhausted", ALICE))
    look(world, None)
    assert texts(world) == [] and world.journal[-1].reason == "deleted in Slack"
    assert look(world, None) == Decision()


def test_a_line_that_was_put_right_here_keeps_its_words() -> None:
    world = room()
    look(world, seen("Pool exhausted", ALICE))
    number = lines(world)[0].number
    world.handle(c.Edit(**said(BOB), number=number, headline="Connection pool exhausted"))  # type: ignore[arg-type]
    look(world, seen("Something else", ALICE, edited_by=CHARLIE))
    assert texts(world) == ["Connection pool exhausted"]
    look(world, seen("Something else"))
    look(world, seen("Something else", ALICE))
    assert texts(world) == ["Connection pool exhausted"]  # also when it comes back


def test_a_line_that_was_retracted_here_comes_back_only_when_asked_for_anew() -> None:
    world = room()
    look(world, seen("Pool exhausted", ALICE))
    number = lines(world)[0].number
    before = world.now
    world.handle(c.Retract(**said(BOB), number=number))  # type: ignore[arg-type]
    look(world, seen("Pool exhausted", ALICE))
    look(world, seen("Pool exhausted", ALICE), asked_at=before)
    assert texts(world) == []
    look(world, seen("Pool exhausted", ALICE, BOB), asked_at=at("23:00"))
    assert texts(world) == ["Pool exhausted"]


def test_a_blanked_line_is_never_filled_again() -> None:
    world = room()
    look(world, seen("password: hunter2", ALICE, files=(IMAGE,)))
    number = lines(world)[0].number
    content = c.RecordFile(actor=BOT, of=number, file=IMAGE, sha256="aa", content=b"png")
    world.handle(content)
    world.handle(c.Redact(**said(BOB), number=number))  # type: ignore[arg-type]
    assert texts(world) == ["[redacted]"]
    look(world, seen("password: hunter3", ALICE))
    look(world, seen("password: hunter3"))
    look(world, seen("password: hunter3", ALICE), asked_at=at("23:00"))
    everything = "".join(entry.model_dump_json() for entry in world.journal)
    assert "hunter" not in everything and "errors.png" not in everything
    assert world.handle(content) == Decision()  # nor does a file come after it
    add = c.AddMessage(**said(BOB), channel_id=ROOM, ts=TS, seen=seen("again"))  # type: ignore[arg-type]
    try:
        world.handle(add)
    except Refusal as refusal:
        assert "blanked" in str(refusal)
    else:
        raise AssertionError("it was added again")


def test_a_file_that_is_blanked_by_its_own_number_goes_with_its_message() -> None:
    world = room()
    look(world, seen("See", ALICE, files=(IMAGE,)))
    number = lines(world)[0].number
    content = c.RecordFile(actor=BOT, of=number, file=IMAGE, sha256="aa", content=b"png")
    world.handle(content)
    kept = world.incident.last_seq
    world.handle(c.Redact(**said(BOB), number=kept))  # type: ignore[arg-type]
    assert "errors.png" not in "".join(entry.model_dump_json() for entry in world.journal)
    look(world, seen("See here", ALICE, files=(IMAGE,)))
    assert world.handle(content) == Decision()


def test_a_blanked_file_is_gone_from_every_message_that_brought_it() -> None:
    world = room()
    look(world, seen("See", ALICE, files=(IMAGE,)))
    first = lines(world)[0].number
    look(world, seen("Again", ALICE, files=(IMAGE,)), ts="1761575700.000200")
    second = lines(world)[1].number
    for number in (first, second):
        world.handle(c.RecordFile(actor=BOT, of=number, file=IMAGE, sha256="aa", content=b"png"))
    world.handle(c.Redact(**said(BOB), number=first))  # type: ignore[arg-type]
    kept = [entry for entry in world.journal if isinstance(entry.body, e.FileKept)]
    assert [entry.redacted for entry in kept] == [True, True]
    world.jobs.clear()
    look(world, seen("Again!", ALICE, files=(IMAGE,)), ts="1761575700.000200")
    assert [job.kind for job in world.jobs if job.kind is JobKind.FETCH_FILE] == []


def test_the_shortcuts_line_does_not_hang_on_a_reaction() -> None:
    world = room()
    add = c.AddMessage(**said(BOB), channel_id=ROOM, ts=TS, seen=seen())  # type: ignore[arg-type]
    reply = world.handle(add).reply
    assert reply is not None and not reply.public
    number = lines(world)[0].number
    assert f"#{number}" in str(reply.sentence)
    look(world, seen())
    assert texts(world) == ["Pool exhausted"]
    again = world.handle(add)
    assert not again.entries and again.reply and f"already, as #{number}" in str(again.reply)
    look(world, None)
    assert texts(world) == []


def test_only_who_may_log_puts_a_message_onto_the_timeline() -> None:
    world = room(Policy(permissions={"log": ("U2",)}))
    look(world, seen("Pool exhausted", ALICE))
    assert texts(world) == []
    look(world, seen("Pool exhausted", ALICE, BOB))
    assert lines(world)[0].entry.actor == by(BOB)


def test_files_are_fetched_once_and_kept() -> None:
    world = room()
    look(world, seen("See", ALICE, files=(IMAGE,)))
    number = lines(world)[0].number
    (fetch,) = [j for j in world.jobs if j.kind is JobKind.FETCH_FILE]
    assert fetch.args == {"of": number, "file_id": "F1"}
    record = c.RecordFile(actor=BOT, of=number, file=IMAGE, sha256="aa", content=b"png")
    decision = world.handle(record)
    assert decision.keep[0].content == b"png"
    assert isinstance(decision.entries[0].body, e.FileKept)
    assert world.handle(record) == Decision()
    look(world, seen("See this", ALICE, files=(IMAGE,)))  # edited: not fetched again
    assert len([j for j in world.jobs if j.kind is JobKind.FETCH_FILE]) == 1


def test_files_that_are_too_large_or_not_wanted_stay_in_slack() -> None:
    for rules in (FileRules(max_megabytes=1), FileRules(keep=False)):
        world = room(Policy(files=rules))
        look(world, seen("See", ALICE, files=(IMAGE,)))
        assert texts(world) == ["See"]
        assert [j for j in world.jobs if j.kind is JobKind.FETCH_FILE] == []


def test_a_look_is_a_job_of_its_message_and_only_in_the_room() -> None:
    world = room()
    command = c.LookAtMessages(
        actor=BOT, channel_id=ROOM, ts=(TS,), key="Ev1", asked_at=at("14:26"), left_by="U1"
    )
    (job,) = world.handle(command).jobs
    assert (job.key, job.lane) == (f"INC-1/look/Ev1/{TS}", f"INC-1/message/{TS}")
    assert datetime.fromisoformat(job.args["asked_at"]) == at("14:26")
    elsewhere = command.model_copy(update={"channel_id": "C9"})
    assert world.handle(elsewhere) == Decision()


STATES = st.sampled_from(
    [
        seen("one", ALICE),
        seen("one", ALICE, BOB),
        seen("two", BOB),
        seen("two"),
        seen("one"),
        None,
    ]
)


@given(st.lists(STATES, max_size=8), STATES)
def test_whatever_was_seen_before_the_timeline_ends_as_slack_has_it(
    before: list[MessageSeen | None], last: MessageSeen | None
) -> None:
    world = room()
    for each in (*before, last, last):
        look(world, each)
    expected = [last.headline] if last is not None and last.pinned_by else []
    assert texts(world) == expected


def test_nothing_of_it_touches_what_pagerduty_says() -> None:
    """A journal without messages folds as before."""
    world = World()
    world.handle(c.AlertTriggers(alert=alert(), at=at("14:23")), at("14:23"))
    assert not [key for key in world.incident.current if key.startswith("message/")]
    assert whose(world.journal[0]) == PAGERDUTY
