"""PagerDuty does not answer: the room of an incident that has something to do there is told."""

from collections import Counter
from collections.abc import Mapping

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Decision, JobKind, NewJob, to_json
from incident_bot.domain.incident import Incident, room_key

_WORDS: Mapping[str, tuple[str, str]] = {
    "resolve": ("resolve 1 alert", "resolve {} alerts"),
    "acknowledge": ("acknowledge 1 alert", "acknowledge {} alerts"),
    "note": ("add 1 note", "add {} notes"),
    "invite": ("look up whom to invite", "look up whom to invite"),
}


def told(incident: Incident, command: c.TellOutage) -> Decision:
    """One sentence; nothing when nothing of the incident waits for PagerDuty.

    The job that waits longest names the outage: whoever else tells of it says the same once.
    """
    waiting = {key: what for key in command.waiting if (what := _what(key))}
    if not incident.exists or not waiting:
        return Decision()
    counted = Counter(waiting.values())
    kept = [
        (one if counted[what] == 1 else many).format(counted[what])
        for what, (one, many) in _WORDS.items()
        if what in counted
    ]
    sentence = (
        "PagerDuty has not answered since ",
        command.since,
        f". What is to be done there ({', '.join(kept)}) is kept and done when it is back."
        + (" Whom you need sooner, invite by hand." if "invite" in counted else ""),
    )
    ref = incident.ref
    job = NewJob(
        kind=JobKind.SAY,
        key=f"{ref}/say/away/{next(iter(waiting)).removeprefix(ref + '/')}",
        args={"sentence": to_json(sentence), "buttons": []},
        lane=f"{ref}/say",
        after=(room_key(ref),),
    )
    return Decision(jobs=(job,))


def _what(key: str) -> str | None:
    """What a job waits for PagerDuty to do, by its key: `INC-1/pd/ALERT/resolve/7`, `…/invite/1`;
    None for one that is none of PagerDuty's business."""
    match key.split("/")[1:]:
        case ["pd", _, what, *_] if what in _WORDS:
            return what
        case ["invite", *_]:
            return "invite"
        case _:
            return None
