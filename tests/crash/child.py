"""The bot's processes in these tests: a fork server that has imported everything once.

`incident-bot run` needs about a second to import what it is made of. The server pays that once and
forks a child for each start, before any thread or event loop exists; the child goes on as
`incident-bot run` does. It reads orders on standard input and writes what happens on standard
output, one JSON object a line:

    {"id": 7, "env": {…}, "folder": "…", "trail": "…", "at": "after chat.postMessage #2"}
    {"id": 7, "pid": 4711}
    {"id": 7, "status": -9}

Its end (standard input closes) is the end of every child.
"""

import gc
import json
import os
import select
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import incident_bot.app  # noqa: F401 - so that no child has to
from incident_bot import cli
from tests.crash.seams import Points, Seams

SEAMS = Seams()


def main() -> None:
    """Serve until standard input closes."""
    SEAMS.install()
    gc.collect()
    gc.freeze()  # what is shared with every child stays shared
    wake, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    children: dict[int, int] = {}
    waiting = b""
    _say({"ready": True})
    while True:
        ready, _, _ = select.select([0, wake], [], [])
        if wake in ready:
            os.read(wake, 4096)
            _bury(children)
        if 0 in ready:
            said = os.read(0, 65536)
            if not said:
                break
            *orders, waiting = (waiting + said).split(b"\n")
            for order in map(json.loads, orders):
                pid = _start(order)
                children[pid] = order["id"]
                _say({"id": order["id"], "pid": pid})
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _bury(children: dict[int, int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        _say({"id": children.pop(pid), "status": os.waitstatus_to_exitcode(status)})


def _say(what: dict[str, Any]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def _start(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid != 0:
        return pid
    try:
        _live(order)
    finally:
        os._exit(70)  # never back into the server's own loop


def _live(order: dict[str, Any]) -> None:
    """`incident-bot run`, in the child."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(order["folder"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open("bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for old, new in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(old, new)
    os.environ.clear()
    os.environ.update(order["env"])
    trail = os.open(order["trail"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    SEAMS.points = Points(trail, order.get("at"), order.get("number"))
    sys.argv = ["incident-bot", "run"]
    try:
        cli.main()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)


if __name__ == "__main__":
    main()
