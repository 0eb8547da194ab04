"""Where something broke, without what was in it: an exception's words may quote a message.

Only at DEBUG are the words written out. Local variables never are.
"""

import traceback

ABOUT_CODE = (
    OSError,
    AttributeError,
    ImportError,
    NameError,
    NotImplementedError,
    RecursionError,
    TypeError,
)
"""Their words are about the code or the machine, never about what people wrote."""


def exception_of(exc_info: object) -> BaseException | None:
    """The exception of what loggers take as `exc_info`, unless there is none."""
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case _:
            return None


def where(error: BaseException, *, with_words: bool) -> str:
    """The traceback as text, the cause first; of each exception its type, and its words if asked
    for or harmless."""
    if with_words:
        return "".join(traceback.format_exception(error)).rstrip()
    return "\n\n".join(_one(each) for each in reversed(_chain(error)))


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain:
        chain.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return chain


def _one(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else _full_name(kind)
    words = f"{name}: {error}" if isinstance(error, ABOUT_CODE) else name
    frames = "".join(traceback.format_tb(error.__traceback__))
    text = f"Traceback (most recent call last):\n{frames}{words}" if frames else words
    if isinstance(error, BaseExceptionGroup):
        inner = "\n".join(where(each, with_words=False) for each in error.exceptions)
        text += "\n" + "\n".join(f"  | {line}" for line in inner.splitlines())
    return text


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
