"""What the bot remembers: journals, the state they amount to, deliveries, people, and jobs.

`Store` reads, `Unit` is one write transaction, `Queue` hands jobs to runners.
"""

from incident_bot.store.errors import (
    StoreConflict,
    StoreError,
    StoreInUse,
    StoreMissing,
    StoreUnavailable,
    StoreUnsure,
)
from incident_bot.store.inbox import Delivery
from incident_bot.store.keeper import Keeper
from incident_bot.store.people import KnownPerson
from incident_bot.store.queue import Job, JobState, Offer, Queue
from incident_bot.store.store import Counts, Posted, Store
from incident_bot.store.texts import storable
from incident_bot.store.unit import Unit

__all__ = [
    "Counts",
    "Delivery",
    "Job",
    "JobState",
    "Keeper",
    "KnownPerson",
    "Offer",
    "Posted",
    "Queue",
    "Store",
    "StoreConflict",
    "StoreError",
    "StoreInUse",
    "StoreMissing",
    "StoreUnavailable",
    "StoreUnsure",
    "Unit",
    "storable",
]
