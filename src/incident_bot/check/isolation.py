"""Each check for itself: with a time limit, and what goes wrong in one does not touch another."""

import asyncio
import os
from collections.abc import Awaitable, Callable

from incident_bot.check.report import Finding, fail

_AGAIN = "Look at the network, then again."


def why(error: OSError) -> str:
    """The system's words for an error: asyncio's own quote a Python tuple."""
    return (os.strerror(error.errno) if error.errno else str(error)).lower()


async def alone(
    name: str,
    seconds: float,
    work: Awaitable[list[Finding]],
    *,
    slow: str,
    fix: str = _AGAIN,
    late: Callable[[str, str, str], Finding] = fail,
) -> list[Finding]:
    """What the check finds; `slow` and `fix` when it takes longer than `seconds`: as a FAIL, or
    as what `late` makes of it (`warn` where the bot works without)."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        return [late(name, f"{slow} within {seconds:g} s", fix)]
    except Exception as error:  # outermost edge of a check: the others go on
        kind = type(error).__name__  # not its words: a library may quote a secret
        return [fail(name, f"the check itself broke ({kind})", "Please report this.")]
