"""docs/reference/configuration.md, made from the tables and the tree, so that it cannot be old."""

from collections.abc import Iterator, Sequence
from importlib.resources import files

from incident_bot.config import toml_text
from incident_bot.config.keys import Key, Section, sections
from incident_bot.config.variables import FILE, VARIABLES, Variable

_HEAD = """\
# Configuration

<!-- Made from the code by `make reference`. Edit src/incident_bot/config/, not this page. -->

Secrets and addresses come from the **environment**; what a team decides comes from one **file**, \
`incident-bot.toml`. A Slack token and a signing secret are enough to begin with: everything else \
has a default.

- `incident-bot check` says what is wrong, before anything is used.
- `incident-bot config init` writes a file with every key and its default, commented out.
- `incident-bot config show` prints what is in force, secrets left out.
- `incident-bot config schema` prints a JSON Schema for your editor.

What is wrong is said in one line that names the variable or key and what to write instead; \
`incident-bot run` and the other commands then end with exit code 2.
"""

_ENVIRONMENT = """\
## The environment

| variable | what it is | default | example |
|---|---|---|---|
"""

_AFTER_THE_TABLE = """\

**Secrets in files.** Each secret may stand in a file instead, as Docker, Kubernetes and systemd \
hand them out: {files} name the file, and its content counts. Setting both is an error.

```sh
SLACK_BOT_TOKEN_FILE=/run/secrets/slack_bot_token incident-bot run
```

**The database.** `sqlite:///relative.db` and `sqlite:////absolute/path.db` name a file. \
`postgresql://user:password@host:5432/database` names a server; `postgres://` means the same. For \
TLS write `?sslmode=require` or `?sslmode=verify-full` (`ssl=` means the same); the modes are \
libpq's: `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`, and \
`sslrootcert=/path/ca.pem` names the authority to trust. `connect_timeout` (seconds) and \
`application_name` are understood too. A Unix socket is \
`postgresql:///database?host=/var/run/postgresql`. In a password write `%40` for `@`, `%2F` for \
`/`, `%3F` for `?` and `%23` for `#`.

**Misspelt variables.** A variable that nothing reads and that looks like one of these is warned \
about, with the nearest name. A `.env` file is not read by the bot itself: Docker Compose \
(`env_file`) and systemd (`EnvironmentFile`) do that.
"""

_FILE = """\
## The file

`incident-bot.toml` in the working directory is read if it is there; `INCIDENT_BOT_CONFIG` names \
another. It is TOML, in UTF-8, and read when the bot starts: after a change, start it again. Every \
key may be left out. A key that is not known is an error.

In words for time and people: a time span is `"30m"`, `"1h"` or `"1h30m"`; a person is an e-mail \
address or a Slack user id (in their Slack profile: *Copy member ID*), for names and @handles can \
change hands; a severity is `"Sev1"` (the worst) to `"Sev5"`.
"""

_EXAMPLE = """\
## A whole file

A team that runs a payment service, with a role of its own, its own words, an objective, and a few \
things that only the Incident Commander does:
"""


def example() -> str:
    """The worked example: a file of a team."""
    return (files("incident_bot.config") / "example.toml").read_text(encoding="utf-8")


def reference() -> str:
    """The whole page."""
    secrets = ", ".join(f"`{v.name}{FILE}`" for v in VARIABLES if v.secret and v.meaning[0] != "`")
    return "\n".join(
        [
            _HEAD,
            _ENVIRONMENT + "".join(map(_variable, VARIABLES)),
            _AFTER_THE_TABLE.replace("{files}", secrets).lstrip("\n"),
            _FILE,
            "\n".join(_sections()),
            _EXAMPLE,
            f"```toml\n{example()}```\n",
        ]
    )


def _variable(variable: Variable) -> str:
    needed = f" **Needed {variable.needed}.**" if variable.needed else ""
    return _row(
        f"`{variable.name}`",
        variable.meaning + needed,
        _code(variable.default),
        _code(variable.example),
    )


def _sections() -> Iterator[str]:
    yield "### At the top of the file\n"
    yield from _table([s.key for s in sections() if s.kind == "value"])
    for section in sections():
        match section.kind:
            case "value":
                continue
            case "list":
                yield f"### `{section.header}`\n"
                yield f"{section.key.description}\n"
                yield from _table(section.keys)
                yield from _default_list(section)
            case "tables":
                yield f"### `{_header(section)}`\n"
                yield f"{section.key.description}\n"
                yield from _table(section.keys)
                yield from _default_tables(section)
            case "table":
                yield f"### `{section.header}`\n"
                yield f"{section.key.description}\n"
                yield from _table(section.keys)
            case "map":
                yield f"### `{section.header}`\n"
                yield f"{section.key.description}\n"
                yield from _map(section)


def _header(section: Section) -> str:
    if not section.names:
        return section.header
    return f"[{section.name}.{section.names[0]}]` … `[{section.name}.{section.names[-1]}]"


def _table(keys: Sequence[Key]) -> Iterator[str]:
    """A row for each key; the column of defaults only where a key has one of its own."""
    with_default = any(key.default is not None for key in keys)
    head = ["key", "what it is", *(["default"] if with_default else []), "example"]
    yield f"| {' | '.join(head)} |\n|{'---|' * len(head)}"
    for key in keys:
        default = "needed" if key.required else _toml(key.default)
        cells = [f"`{key.name}`", key.description, *([default] if with_default else [])]
        if key.required and not with_default:
            cells[1] += " Needed."
        yield _row(*cells, _toml(key.example)).rstrip("\n")
    yield ""


def _default_list(section: Section) -> Iterator[str]:
    if not section.key.default:
        yield "There are none by default.\n"
        return
    yield "By default:\n"
    yield "```toml"
    yield toml_text.document({section.name: section.key.default}).rstrip("\n")
    yield "```\n"


def _default_tables(section: Section) -> Iterator[str]:
    defaults = section.key.default
    if not defaults:
        yield "There are none by default.\n"
        return
    names = [k.name for k in section.keys if any(t.get(k.name) for t in defaults.values())]
    yield f"By default:\n\n| | {' | '.join(f'`{name}`' for name in names)} |"
    yield f"|{'---|' * (len(names) + 1)}"
    for key, table in defaults.items():
        cells = (_toml(table.get(name) or None) for name in names)
        yield _row(f"`{key}`", *cells).rstrip("\n")
    yield ""


def _map(section: Section) -> Iterator[str]:
    defaults = section.key.default
    if len({toml_text.value(v) for v in defaults.values()}) == 1:
        keys = ", ".join(f"`{name}`" for name in section.names)
        yield f"Keys: {keys}. Each is {_toml(next(iter(defaults.values())))} by default.\n"
    else:
        yield "| key | default |\n|---|---|"
        yield from (_row(f"`{name}`", _toml(v)).rstrip("\n") for name, v in defaults.items())
        yield ""
    yield "```toml"
    yield f"[{section.name}]"
    yield f"{section.names[-2]} = {toml_text.value(section.key.example)}"
    yield "```\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _toml(value: object) -> str:
    return "" if value is None else _code(toml_text.value(value))


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
