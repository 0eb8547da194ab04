"""How things stand, as lists: incidents, and the roles, times and action items of one."""

import json
from collections.abc import Sequence

from incident_bot.domain.incident import Incident
from incident_bot.domain.levels import SeverityLevel
from incident_bot.domain.policy import IncidentType, Policy, Role
from incident_bot.domain.reminders import in_words, next_update_due
from incident_bot.domain.wanted import Wanted
from incident_bot.domain.words import Milestone, Status
from incident_bot.slack.views.answer import Answer, Press, shown, with_buttons
from incident_bot.slack.views.sentence import escape, escaped, mention, moment, one_line
from incident_bot.slack.views.summary import STATUS_LENGTH

PAGE = 10
LAST_PAGE = 1_000_000
DONE_BUTTONS = 25
NONE_OPEN = "No incident is open. `/incident declare TITLE` opens one."
NONE_AT_ALL = "There has been no incident yet. `/incident declare TITLE` opens one."
NO_ROOM_YET = "the war room is being opened"
NO_ACTIONS = "No action items yet. Example: `/incident action P1 Add an index on orders @alice`"


def page(
    found: Sequence[Incident], policy: Policy, wanted: Wanted, number: int, *, more: bool
) -> Answer:
    """A page of a list, one line for each incident in the order given, with buttons to the pages
    around it. `number` counts from 1; `more`: there is another one. Whoever calls left out what
    the reader may not know of."""
    before = Press("Previous", "list_page:previous", turned(wanted, number - 1))
    further = Press("Next", "list_page:next", turned(wanted, number + 1))
    buttons = [*([before] if number > 1 else ()), *([further] if more else ())]
    if not found:
        return with_buttons(shown(_none(wanted, number)), buttons)
    head = "*Incidents*" if wanted.everything else "*Open incidents*"
    parts = [f"{head}, newest first", *filters(wanted), *([f"page {number}"] if buttons else ())]
    return with_buttons(shown("\n".join([" · ".join(parts), *lines(found, policy)])), buttons)


def lines(found: Sequence[Incident], policy: Policy) -> list[str]:
    """One line of mrkdwn for each incident."""
    return [_line(incident, policy) for incident in found]


def filters(wanted: Wanted) -> list[str]:
    """What a list is narrowed to, in words, escaped."""
    parts = [", ".join(severity.label for severity in wanted.severities)]
    parts.append(f"service {escaped(wanted.service, 100)}" if wanted.service else "")
    parts.append(f"“{escaped(wanted.text, 100)}”" if wanted.text else "")
    return [part for part in parts if part]


def turned(wanted: Wanted, number: int) -> str:
    """The value of a button to a page of the same list; `read_turned` reads it."""
    values = wanted.model_dump(mode="json", exclude_defaults=True)
    return json.dumps({"page": number, **values}, ensure_ascii=False)


def read_turned(value: str) -> tuple[Wanted, int] | None:
    """The list and the page; None for what is no such value."""
    try:
        given = json.loads(value)
        number = int(given.pop("page"))
        return (Wanted.model_validate(given), number) if 1 <= number <= LAST_PAGE else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _none(wanted: Wanted, number: int) -> str:
    if number > 1:
        return "There are no more on this page."
    if wanted.narrowed:
        what = "incident" if wanted.everything else "open incident"
        hint = "" if wanted.everything else "\nThe old ones too: `/incident list all …`"
        return f"No {what} for {' · '.join(filters(wanted))}.{hint}"
    return NONE_AT_ALL if wanted.everything else NONE_OPEN


def roles(incident: Incident, known: Sequence[Role]) -> Answer:
    """Who has which role, with the key to name it by."""
    lines = [f"*Roles of {escape(incident.ref)}*"]
    for role in known:
        holder = incident.roles.get(role.key)
        key = escape(role.key)
        who = (
            f"{mention(holder)} (`{key}`)" if holder else f"nobody yet – `/incident role {key} me`"
        )
        lines.append(f"• {escaped(one_line(role.name), 60)}: {who}")
    return shown("\n".join(lines))


def severity(incident: Incident, policy: Policy) -> Answer:
    """How bad it is, and what there is to choose from."""
    now = f"{escape(incident.ref)} is *{incident.severity.label}*."
    return shown(f"{now}\n{severities(policy)}\nChange it with `/incident severity sev2 why`.")


def severities(policy: Policy) -> str:
    """What each severity means here, as a list."""
    return "\n".join(_level(level) for level in sorted(policy.severities, key=_rank))


def statuses(policy: Policy) -> str:
    """How each status is called here, and what else may be typed for it."""
    lines = []
    for status in policy.statuses:
        name = escaped(one_line(status.name), STATUS_LENGTH)
        words = [w for w in (status.status.value, *status.also) if w != status.name]
        typed = ", ".join(f"`{escape(word)}`" for word in words)
        lines.append(f"• {name}" + (f" (also {typed})" if typed else ""))
    return "\n".join(lines)


def role_keys(policy: Policy) -> str:
    """The roles that there are, with the keys to name them by."""
    lines = (f"• {escaped(one_line(r.name), 60)} (`{escape(r.key)}`)" for r in policy.roles)
    return "\n".join(lines)


def types(policy: Policy) -> str:
    """The types that an incident may be declared as; empty when there are none."""
    if not policy.types:
        return ""
    return "\n".join(["Types of incidents:", *map(_type, policy.types)])


def status(incident: Incident, policy: Policy) -> Answer:
    """Where it stands, and when it came there."""
    return shown("\n".join(standing(incident, policy)))


def standing(incident: Incident, policy: Policy) -> list[str]:
    """The same, as lines of mrkdwn."""
    lines = [_line(incident, policy)]
    if incident.room is None:
        lines.append(f"• {escaped(incident.room_problem or NO_ROOM_YET, 1_000)}")
    for milestone in Milestone:
        at = incident.times.get(milestone)
        if at is not None:
            lines.append(f"• {_reached(milestone, policy)}: {moment(at)}")
    if incident.last_update:
        at = incident.last_update_at
        when = f" ({moment(at)})" if at else ""
        lines.append(f"Last update{when}: {escaped(one_line(incident.last_update), 500)}")
    if due := next_update_due(incident, policy):
        lines.append(f"Next update due {moment(due)}")
    return lines


def actions(incident: Incident) -> Answer:
    """The follow-up work, with the numbers to edit it by."""
    if not incident.actions:
        return shown(NO_ACTIONS)
    done = sum(action.done for action in incident.actions)
    counted = f" · {done} of {len(incident.actions)} done" if done else ""
    lines = [f"*Action items of {escape(incident.ref)}*{counted}"]
    for action in incident.actions:
        item = action.item
        parts = [f"*#{action.seq}* {item.priority.value} {item.action.value}"]
        if action.done:
            parts.append("*done*")
        parts.append(escaped(one_line(item.text), 300))
        if item.owner:
            parts.append(mention(item.owner))
        if item.due:
            parts.append(f"due {item.due.isoformat()}")
        if item.ticket:
            parts.append(escaped(item.ticket, 200))
        lines.append(" · ".join(parts))
    said = shown("\n".join(lines))
    still = [action for action in incident.actions if not action.done][:DONE_BUTTONS]
    presses = [
        Press(f"#{action.seq} is done", f"action_done:{action.seq}", f"{incident.ref} {action.seq}")
        for action in still
    ]
    return with_buttons(said, presses)


def _rank(level: SeverityLevel) -> int:
    return int(level.severity)


def _level(level: SeverityLevel) -> str:
    every = level.update_every
    often = in_words(every) if every is not None else ""
    if often in ("1 hour", "1 minute"):
        often = often.removeprefix("1 ")
    updates = f" _(an update every {often})_" if often else ""
    text = escaped(one_line(level.description), 300)
    return f"• *{level.severity.label}* – {text}{updates}"


def _type(kind: IncidentType) -> str:
    means = [kind.severity.label] if kind.severity else []
    means += ["private"] if kind.private else []
    brackets = f" _({', '.join(means)})_" if means else ""
    return f"• {escaped(one_line(kind.name), 60)} (`{escape(kind.key)}`){brackets}"


def _reached(milestone: Milestone, policy: Policy) -> str:
    """A milestone that is a status has the name that people here gave it."""
    status = next((s for s in Status if s.value == milestone.value), None)
    if status is None:
        return milestone.value
    return escaped(one_line(policy.status_name(status)), STATUS_LENGTH)


def _line(incident: Incident, policy: Policy) -> str:
    status = escaped(one_line(policy.status_name(incident.status)), STATUS_LENGTH)
    parts = [f"*{escape(incident.ref)}*", incident.severity.label, status]
    parts.append(escaped(one_line(incident.title), 200))
    if incident.private:
        parts.append("*private*")
    if incident.room:
        parts.append(f"<#{incident.room.channel_id}>")
    if incident.ic:
        parts.append(f"IC {mention(incident.ic)}")
    if detected := incident.times.get(Milestone.DETECTED):
        parts.append(f"since {moment(detected)}")
    return " · ".join(parts)
