"""The hash chain of a journal: proves that nothing was changed, left out or put between.

Each link covers the one before, the entry's envelope and a salted digest of its body. Blanking a
body (redaction) destroys text and salt but keeps the digest, so the chain still verifies and the
text cannot be guessed from it.

Digests leave out fields that have their default, so a field may be added to an entry later (with a
default) without breaking the chains of old journals. A default must never be changed.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass

from incident_bot.domain import entries as e

GENESIS = "0" * 64


@dataclass(frozen=True)
class Link:
    """What is stored beside an entry. `salt` is hex, None once the body was blanked."""

    salt: str | None
    body_digest: str
    hash: str


def body_digest(body: e.Body, reason: str | None, salt: str) -> str:
    """SHA-256 of the salt and the body (with the reason of a correction), as hex."""
    text = json.dumps(
        {"body": body.model_dump(mode="json", exclude_defaults=True), "reason": reason},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def link_hash(previous: str, ref: str, entry: e.Entry, digest: str) -> str:
    """SHA-256 over the previous link, the incident, the envelope and the body's digest."""
    text = json.dumps(
        [
            previous,
            ref,
            entry.seq,
            entry.occurred_at.isoformat(),
            entry.recorded_at.isoformat(),
            entry.actor.model_dump(mode="json", exclude_defaults=True),
            entry.body.kind,
            entry.supersedes,
            digest,
        ],
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def make_link(previous: str, ref: str, entry: e.Entry, salt: str) -> Link:
    """The link for a new entry. `previous` is the hash before it, or GENESIS."""
    digest = body_digest(entry.body, entry.reason, salt)
    return Link(salt=salt, body_digest=digest, hash=link_hash(previous, ref, entry, digest))


def verify(ref: str, journal: Iterable[tuple[e.Entry, Link]]) -> str | None:
    """None when the chain holds, else a sentence that names the first broken entry.

    A blanked body is accepted only when a `redacted` entry of the same chain names it.
    """
    rows = list(journal)
    allowed = {
        t for entry, _ in rows if isinstance(entry.body, e.Redacted) for t in entry.body.targets
    }
    previous, expected = GENESIS, 1
    for entry, link in rows:
        where = f"{ref} entry {entry.seq}"
        if entry.seq != expected:
            return f"{where}: entry {expected} is missing"
        if not hmac.compare_digest(link.hash, link_hash(previous, ref, entry, link.body_digest)):
            return f"{where}: its link does not follow from the one before"
        if link.salt is not None:
            if link.body_digest != body_digest(entry.body, entry.reason, link.salt):
                return f"{where}: its body is not the one that was recorded"
        elif entry.seq not in allowed or not entry.redacted:
            return f"{where}: its body was blanked, but no entry says so"
        previous, expected = link.hash, expected + 1
    return None
