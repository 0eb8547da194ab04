"""`action [kind] [P0|P1|P2] TEXT [@owner] [due 2025-11-10] [ticket ENG-1234]`; alone it lists.
`action done 12`.

Kind and priority stand before the text, or the priority behind it; owner, due date and ticket
stand behind it in any order. A trailing `ENG-1234` is the ticket.
"""

import re
from datetime import date

from incident_bot.domain.words import ActionKind, Priority
from incident_bot.slack.grammar.people import leading_person
from incident_bot.slack.grammar.request import AddAction, CloseAction, Context, Show, Somebody
from incident_bot.slack.grammar.typed import plain
from incident_bot.slack.grammar.words import fit, quoted, wrong

EXAMPLE = "action prevention P0 Add an index on orders @alice due 2025-11-10 ticket ENG-1234"
DONE_EXAMPLE = "action done 12"
_KEY = re.compile(r"(?!INC-)[A-Z][A-Z0-9]+-\d+")
_NO_TICKET = frozenset({"AES", "HTTP", "ISO", "MD", "RFC", "SHA", "TLS", "UTC", "UTF"})
_NUMBER = re.compile(r"#?\d{1,9}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def action(raw: str, _context: Context) -> AddAction | CloseAction | Show:
    """Read an action item; words that are no keyword at the edges are its text."""
    words = raw.split()
    if not words or words == ["list"]:
        return Show("actions")
    if words[0].lower() == "done" and (len(words) == 1 or _NUMBER.fullmatch(words[1])):
        if len(words) != 2:
            raise wrong("action done", "which one? Name its number", DONE_EXAMPLE)
        return CloseAction(int(words[1].strip("#")))
    kind: ActionKind | None = None
    priority: Priority | None = None
    while words:
        word = words[0].rstrip(":,")
        if kind is None and word.lower() in set(ActionKind):
            kind = ActionKind(word.lower())
        elif priority is None and word.upper() in set(Priority):
            priority = Priority(word.upper())
        else:
            break
        del words[0]
    owner: Somebody | None = None
    due: date | None = None
    ticket: str | None = None
    while words:
        last = words[-1].rstrip(",;")
        before = words[-2].lower().rstrip(":") if len(words) > 1 else ""
        if due is None and (before == "due" or (before == "by" and _DATE.fullmatch(last))):
            due = _due(last)
            del words[-2:]
        elif ticket is None and before == "ticket":
            ticket = plain(last)
            del words[-2:]
        elif owner is None and (found := _owner(last, named=before == "owner")):
            owner = found
            del words[-2 if before == "owner" else -1 :]
        elif ticket is None and _is_key(last):
            ticket = last
            del words[-1]
        elif priority is None and last in set(Priority):
            priority = Priority(last)
            del words[-1]
        else:
            break
    text = plain(" ".join(words)).strip()
    if not text:
        raise wrong("action", "what is to be done is missing", EXAMPLE)
    return AddAction(fit(text, what="The text"), kind, priority, owner, due, ticket)


def _due(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        problem = f"{quoted(plain(word))} is no date that I can read"
        raise wrong("action … due", problem, EXAMPLE) from None


def _owner(word: str, *, named: bool) -> Somebody | None:
    """Whom the word names; `me` is one only where an owner is `named`, or it ends a sentence."""
    if word.lower() in ("me", "myself") and not named:
        return None
    return leading_person(word)[0]


def _is_key(word: str) -> bool:
    return bool(_KEY.fullmatch(word)) and word.partition("-")[0] not in _NO_TICKET
