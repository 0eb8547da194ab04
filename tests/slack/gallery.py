"""Every message, answer and form that the bot can show, for each of the cases.

A view that is not here fails `test_gallery`: what it shows would have been looked at by nobody.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from incident_bot.domain import journal as read
from incident_bot.domain.commands import AlertSeen
from incident_bot.domain.entries import Entry, Logged, StatusChanged
from incident_bot.domain.interview import questions
from incident_bot.domain.wanted import Wanted
from incident_bot.domain.words import IC, Question, Severity
from incident_bot.slack.listeners import VERBS
from incident_bot.slack.views import (
    alerts,
    announcement,
    direct,
    help,
    home,
    interview,
    listing,
    notice,
    panel,
    question,
    summary,
    timeline,
    update,
)
from incident_bot.slack.views.answer import Answer, Press, answer, shown, with_button, with_buttons
from incident_bot.slack.views.forms import (
    action,
    declare,
    edit,
    resolve,
    roles,
    update as update_form,
)
from tests.slack.cases import ALICE, BOB, CASES, HARD, SWING, Case

View = Mapping[str, Any]
Message = tuple[str, list[dict[str, Any]] | None]
Shown = Answer | Message | View

ROOM = "C0ROOM0001"
_SENTENCE = ("Logged #12, ", SWING.now, ": Rolled back")


def _alert(case: Case) -> AlertSeen:
    title = case.incident.title
    return AlertSeen(alert_id="Q9", title=title, number=9, service=title, urgency="low")


def _told(case: Case, **args: Any) -> direct.Told:
    person = case.incident.ic or next(iter(case.incident.roles.values()), ALICE)
    known = {"slack_id": person.slack_id, "name": person.name, **args}
    return direct.Told(case.incident, case.policy, known, case.now, case.journal)


def _offered(case: Case) -> direct.Told:
    offer = case.incident.offers.get("ops")
    told = _told(case, role="ops", offer=offer.seq if offer else 0, first=True)
    return replace(told, posted=True)


def _ended(case: Case) -> int:
    bodies = [entry.seq for entry in case.journal if isinstance(entry.body, StatusChanged)]
    return max(bodies, default=0)


def _action(case: Case) -> str:
    return str(next((each.seq for each in case.incident.actions), 0))


def _logged(case: Case) -> Entry:
    """An entry that can be put right: a line that was logged, else the first."""
    logged = [entry for entry in case.journal if isinstance(entry.body, Logged)]
    return next(iter(logged), case.journal[0])


def _role(case: Case) -> str:
    return next(iter(case.incident.roles), IC)


def _asked(case: Case) -> Question:
    return next(iter(questions(case.incident)), Question.SUMMARY)


WANTED = Wanted(everything=True, severities=(Severity.SEV2,), service="Pay", text="checkout")


PICTURES: Mapping[str, Callable[[Case], Shown | None]] = {
    "alerts.further_alerts": lambda c: (
        alerts.further_alerts(c.incident) if len(c.incident.alerts) > 1 else None
    ),
    "announcement.announcement": lambda c: announcement.announcement(c.incident, c.policy),
    "announcement.alert_announcement": lambda c: announcement.alert_announcement(_alert(c)),
    "answer.answer": lambda c: answer((*_SENTENCE, c.incident.title)),
    "answer.shown": lambda c: shown("Nothing is wrong."),
    "answer.with_button": lambda c: with_button(
        answer((c.incident.title,)), label=c.incident.title, action_id="declare_text", value="x"
    ),
    "answer.with_buttons": lambda c: with_buttons(
        answer((c.incident.title,)), [Press(c.incident.title, "open_declare", "")]
    ),
    "direct.duties": lambda c: direct.duties(_told(c, role=_role(c))),
    "direct.handover": lambda c: direct.handover(_offered(c)),
    "direct.no_room": lambda c: direct.no_room(
        _told(
            replace(
                c,
                incident=c.incident.model_copy(
                    update={"room": None, "room_problem": "I could not open a war room."}
                ),
            )
        )
    ),
    "direct.overdue": lambda c: direct.overdue(_told(c, subject=_action(c))),
    "forms.action.action": lambda c: action.action(c.incident, channel=ROOM),
    "forms.declare.declare": lambda c: declare.declare(c.policy, channel=ROOM),
    "forms.edit.edit": lambda c: edit.edit(
        c.incident, _logged(c).seq, [_logged(c)], c.policy, channel=ROOM
    ),
    "forms.resolve.resolve": lambda c: resolve.resolve(c.incident, channel=ROOM, zone="UTC"),
    "forms.roles.roles": lambda c: roles.roles(c.incident, c.policy, channel=ROOM),
    "forms.update.update": lambda c: update_form.update(c.incident, c.policy, channel=ROOM),
    "help.overview": lambda c: help.overview(VERBS.values()),
    "help.one": lambda c: help.one(VERBS["log"], listing.severities(c.policy)),
    "home.filter_form": lambda c: home.filter_form(WANTED),
    "home.home": lambda c: home.home(
        BOB,
        [c.incident] * (1 if c is not HARD else 40),
        [c.incident] * (1 if c is not HARD else 40),
        home.Page([c.incident] * (2 if c is not HARD else 10), WANTED, 2, more=True),
        c.policy,
    ),
    "interview.answer_form": lambda c: interview.answer_form(c.incident, _asked(c), "C0ROOM0001"),
    "interview.approve_form": lambda c: interview.approve_form(c.incident, "C0ROOM0001"),
    "interview.interview": lambda c: interview.interview(c.incident, _ended(c)),
    "listing.page": lambda c: listing.page(
        [c.incident] * (2 if c is not HARD else 10), c.policy, WANTED, 2, more=True
    ),
    "panel.elsewhere": lambda c: panel.elsewhere([c.incident] * 3, c.policy),
    "panel.panel": lambda c: panel.panel(c.incident, c.policy, c.now, here=True),
    "listing.roles": lambda c: listing.roles(c.incident, c.policy.roles),
    "listing.severity": lambda c: listing.severity(c.incident, c.policy),
    "listing.status": lambda c: listing.status(c.incident, c.policy),
    "listing.actions": lambda c: listing.actions(c.incident),
    "notice.notice": lambda c: notice.notice("INC-1 is declared."),
    "question.said": lambda c: question.said(_SENTENCE),
    "question.ask_to_resolve": lambda c: question.ask_to_resolve(c.incident),
    "summary.summary": lambda c: summary.summary(c.incident, c.policy),
    "update.update": lambda c: update.update(
        c.incident.title, "", c.now, BOB, c.now, corrected=True
    ),
    "update.withdrawn": lambda c: update.withdrawn(),
    "timeline.timeline": lambda c: timeline.timeline(
        c.incident, read.timeline(c.journal), None, c.policy
    ),
}
"""By module and function of `slack/views`; None: that case has nothing to show."""

PARTS = frozenset({"answer.sections", "forms.fields.frame"})
"""What is only a part of a message."""


def pictures() -> Iterator[tuple[str, Case, Shown]]:
    """Every view in every case."""
    for name, picture in PICTURES.items():
        for case in CASES:
            found = picture(case)
            if found is not None:
                yield name, case, found


def is_hard(case: Case) -> bool:
    """True for the case that is made to break limits, not to be read."""
    return case is HARD
