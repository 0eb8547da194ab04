"""Whatever happens: what is due is never behind when to look again, and looking moves on."""

from datetime import date, time, timedelta

from hypothesis import example, given, settings, strategies as st

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.people import BOT, by
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminder_policy import Quiet, Reminders
from incident_bot.domain.reminders import due, next_due
from incident_bot.domain.words import Milestone, ReminderKind, Severity, Status
from tests.domain.reminded import with_room
from tests.domain.world import ALICE, START

ME = by(ALICE)
_kinds = st.sampled_from(ReminderKind)
_subjects = st.sampled_from(["", "4", "7"])
_commands = st.one_of(
    st.sampled_from(
        [
            c.AssignRole(actor=ME, role="ic", holder=ALICE),
            c.AssignRole(actor=ME, role="ic", holder=None),
            c.PostUpdate(actor=ME, text="Falling"),
            c.ChangeStatus(actor=ME, status=Status.MITIGATED),
            c.ChangeStatus(actor=ME, status=Status.MITIGATED, at=START),
            c.Resolve(actor=ME),
            c.Reopen(actor=ME),
            c.Cancel(actor=ME),
            c.Approve(actor=ME, title="EM"),
            c.AddAction(actor=ME, text="Test", due=date(2025, 10, 26)),
            c.AddAction(actor=ME, text="Alert", due=date(2025, 10, 30)),
            c.SetMilestone(actor=ME, milestone=Milestone.IMPACT_STARTED, at=START),
            c.Retract(actor=ME, number=4),
            c.Edit(actor=ME, number=1, headline="Another"),
            c.RecordArchive(actor=BOT, channel_id="C1"),
        ]
    ),
    st.builds(c.ChangeSeverity, actor=st.just(ME), severity=st.sampled_from(Severity)),
    st.builds(c.SnoozeReminder, actor=st.just(ME), reminder=_kinds, subject=_subjects),
    st.builds(c.DismissReminder, actor=st.just(ME), reminder=_kinds, subject=_subjects),
    st.just(c.Remind(actor=BOT)),
)
_steps = st.lists(st.tuples(st.integers(0, 3 * 24 * 60), _commands), max_size=15)
_quiet = st.none() | st.builds(Quiet, begin=st.times(), end=st.times())
_zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
MOST_TOLD = 400


@settings(max_examples=150, deadline=None)
@given(steps=_steps, quiet=_quiet, zone=_zones, archive=st.none() | st.integers(1, 9))
@example(steps=[(0, c.Resolve(actor=ME))], quiet=None, zone="UTC", archive=1)
def test_it_moves_on(
    steps: list[tuple[int, c.Command]], quiet: Quiet | None, zone: str, archive: int | None
) -> None:
    rules = Reminders(quiet=quiet, zone=zone, quiet_below=Severity.SEV2)
    world = with_room(Policy(reminders=rules, archive_after_days=archive))
    for minutes, command in [*steps, (0, c.Remind(actor=BOT))]:
        now = world.now + timedelta(minutes=minutes)
        try:
            world.handle(command, now)
        except Refusal:
            world.now = now
        following = next_due(world.incident, world.policy, now)
        found = due(world.incident, world.policy, now)
        assert following is None or following >= now
        assert bool(found) == (following == now)
        if isinstance(command, c.Remind):
            assert found == []
    told = 0
    while (following := next_due(world.incident, world.policy, world.now)) is not None:
        assert following > world.now or told == 0
        world.handle(c.Remind(actor=BOT), following)
        told += 1
        assert told < MOST_TOLD, "it never ends"


def test_a_night_that_never_ends_is_no_endless_loop() -> None:
    rules = Reminders(quiet=Quiet(begin=time(0), end=time(23, 59)))
    world = with_room(Policy(reminders=rules), "P4")
    following = next_due(world.incident, world.policy, world.now)
    assert following is not None and following > world.now
