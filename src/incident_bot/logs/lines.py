"""How a line is made: who may write at which level, what it carries, and how it looks."""

import logging
import os
import sys
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from incident_bot.logs.secret_values import HIDDEN, redacted
from incident_bot.logs.tracebacks import exception_of, where

Form = Literal["console", "json"]

OURS = "incident_bot"
FIRST = ("timestamp", "level", "event", "source", "delivery", "ref", "job")
_OF_SEVERAL_LINES = frozenset({"where"})
_SECRET_KEYS = frozenset({"authorization", "token", "password", "secret", "cookie", "signature"})


def set_up(level: str = "INFO", form: Form | None = None) -> None:
    """Send structlog's and every library's lines to standard error.

    `level` (a logging name) is for our own lines. Libraries speak from WARNING on whatever it is:
    below that slack_sdk, sqlalchemy and others write out headers, bodies and database rows.
    `form` None: console on a terminal, JSON elsewhere.
    """
    terminal = sys.stderr.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    colors = terminal and not os.environ.get("NO_COLOR")
    rendering: Processor = (
        structlog.dev.ConsoleRenderer(colors=colors, sort_keys=False)
        if form == "console" or (form is None and terminal)
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = _Handler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _Broken(with_words=level == "DEBUG"),
                _in_order,
                rendering,
                _without_secrets,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    logging.getLogger(OURS).setLevel(level)
    logging.captureWarnings(True)
    # Sweeps log what breaks in them; what is left for it to say is a sweep that a stop broke off.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes lines; one that cannot be rendered is told without its arguments, which are why."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Instead of logging's own, which prints message and arguments as they are."""
        try:
            self.stream.write(f"a line of {record.name} could not be written\n")
        except (OSError, ValueError):
            return  # standard error itself is gone: there is nobody left to tell


class _Broken:
    """Puts the traceback of `exc_info` under `exception`."""

    def __init__(self, *, with_words: bool) -> None:
        self._with_words = with_words

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        """A processor, as structlog wants it."""
        told = event.pop("exc_info", None)
        error = sys.exc_info()[1] if told is True else exception_of(told)
        event.pop("stack_info", None)
        if error is not None:
            event["exception"] = where(error, with_words=self._with_words)
        return event


def _in_order(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """What people look for comes first; the value of a key that names a secret is hidden."""
    ordered = {key: event.pop(key) for key in FIRST if key in event}
    exception = event.pop("exception", None)
    ordered |= {k: HIDDEN if k.lower() in _SECRET_KEYS else v for k, v in event.items()}
    ordered = {k: v if k in _OF_SEVERAL_LINES else _on_one_line(v) for k, v in ordered.items()}
    return ordered if exception is None else {**ordered, "exception": exception}


def _on_one_line(value: Any) -> Any:
    """A text with what could end the line, or steer a terminal, written out (`\\n`, `\\x1b`)."""
    if not isinstance(value, str) or value.isprintable():
        return value
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)


def _without_secrets(logger: WrappedLogger, name: str, rendered: EventDict) -> str:
    return redacted(str(rendered))
