"""How long people wait for a war room, in units of one call to Slack, warm."""

import asyncio
import time
from dataclasses import dataclass

from bench.figure import Figure, percentile
from bench.setting import Setting
from incident_bot.standin import Call
from tests.journeys.running import Stage

CALL = 0.1
ROOMS, WARM = 12, 2
OPENING = (
    *("conversations.create", "conversations.invite", "conversations.setTopic"),
    *("chat.postMessage", "pins.add", "bookmarks.add"),
)


@dataclass(frozen=True)
class Opening:
    """Seconds from the webhook on; `gap` lies between the answer to create and the invitation."""

    accepted: float
    create_begun: float
    gap: float
    invited: float
    complete: float


async def _open(stage: Stage, number: int) -> Opening:
    service = stage.pagerduty.add_service(f"Service {number}", stage.service["escalation_policy"])
    before, announced = len(stage.slack.calls), len(stage.incidents.messages)
    began = time.monotonic()
    await stage.pagerduty.trigger(service, f"Errors {number}", assignees=[stage.pd_alice])
    accepted = time.monotonic() - began
    await stage.until(
        lambda: (
            len(stage.rooms) > number
            and stage.rooms[-1].pins
            and stage.rooms[-1].bookmarks
            and stage.rooms[-1].topic
            and len(stage.incidents.messages) > announced
        ),
        "complete",
    )
    await asyncio.sleep(0.3)  # what comes after the opening is not measured, and must not disturb
    first: dict[str, Call] = {}
    for call in stage.slack.calls[before:]:
        first.setdefault(call.method, call)
    create, invite = first["conversations.create"], first["conversations.invite"]
    return Opening(
        accepted,
        create.started - began,
        invite.started - create.ended,
        invite.ended - began,
        max(first[method].ended for method in OPENING) - began,
    )


async def measure(setting: Setting) -> list[Figure]:
    """Opens rooms one after the other. The floor is 2 calls until the invitation, 3 in all."""
    async with setting.stage() as stage:
        return await _measure(stage)


async def _measure(stage: Stage) -> list[Figure]:
    stage.slack.delay = CALL
    openings = [await _open(stage, number) for number in range(ROOMS)][WARM:]
    stage.slack.delay = 0.0

    def median(values: list[float]) -> float:
        return percentile(values, 0.5)

    invited = median([o.invited for o in openings]) / CALL
    complete = median([o.complete for o in openings]) / CALL
    ours = (
        f"{median([o.create_begun for o in openings]) * 1000:.0f} ms to create, "
        f"{median([o.gap for o in openings]) * 1000:.0f} ms to invite"
    )
    return [
        Figure(
            "webhook in → invitation answered",
            f"{invited:.2f} call times ({ours})",
            "2",
            "2.2",
            invited <= 2.2,
        ),
        Figure(
            "webhook in → room complete", f"{complete:.2f} call times", "3", "3.6", complete <= 3.6
        ),
    ]
