"""What no key can know by itself: words and names that would mean two things at once."""

from collections.abc import Iterator

from incident_bot.config.errors import Problem
from incident_bot.config.forms import is_group, is_user
from incident_bot.config.team import patience, policy_of, same
from incident_bot.config.tree import FileSettings
from incident_bot.config.wording import nearest, quoted
from incident_bot.domain.levels import STATUS_WORDS
from incident_bot.domain.permissions import EVERYONE, NOBODY, READ_PRIVATE

_NOT_PRIVATE = (
    "{} cannot stand here: those who hold a role know their incident already, and what everyone "
    "may know is not private; write Slack user ids or user groups"
)
NOT_A_STATUS = ("at", "to", "is", "since", "now")  # `status to mitigated at 14:20`


def problems(tree: FileSettings) -> list[Problem]:
    """Everything that contradicts something else in a tree whose values are good by themselves."""
    return [
        *_priorities(tree),
        *_statuses(tree),
        *_roles(tree),
        *_routes(tree),
        *_objectives(tree),
        *_zones(tree),
        *_permissions(tree),
        *_retries(tree),
    ]


def _priorities(tree: FileSettings) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for key, said in tree.severities.items():
        for n, priority in enumerate(said.priorities or ()):
            other = taken.setdefault(same(priority), key)
            if other != key:
                yield (
                    f"severities.{key}.priorities.{n}",
                    f"{quoted(priority)} stands for {other} already; keep one of the two",
                )


def _statuses(tree: FileSettings) -> Iterator[Problem]:
    said = [
        (f"statuses.{key}.{place}", key, word)
        for key, status in tree.statuses.items()
        for place, word in (
            *([("name", status.name)] if status.name is not None else ()),
            *((f"also.{n}", word) for n, word in enumerate(status.also)),
        )
    ]
    taken = {word: status.value for status, words in STATUS_WORDS.items() for word in words}
    for place, key, word in said:
        other = taken.setdefault(word.casefold(), key)
        if word.casefold() in NOT_A_STATUS:
            yield (
                place,
                f"{quoted(word)} has another meaning behind `/incident status`; choose another "
                "word",
            )
        elif other != key:
            yield place, f"{quoted(word)} means {other} already; choose another word"
    for place, key, word in said:  # `status resolved by rollback`: which of the two was meant?
        first = word.casefold().split()[0].rstrip(":,")
        other = taken.get(first, key)
        if other != key and first != word.casefold():
            yield (
                place,
                f"{quoted(word)} begins with {first}, which means {other} already; choose another "
                "name",
            )


def _roles(tree: FileSettings) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    roles = policy_of(tree).roles
    for role in roles:
        taken.setdefault(role.key, role.key)
    for role in sorted(roles, key=lambda r: r.key in tree.roles):
        for place, name in (("name", role.name), ("short", role.short)):
            other = taken.setdefault(name.casefold(), role.key)
            if other != role.key:
                yield (
                    f"roles.{role.key}.{place}",
                    f"{quoted(name)} is what {other} is called; choose another name",
                )


def _routes(tree: FileSettings) -> Iterator[Problem]:
    taken: set[str] = set()
    for n, route in enumerate(tree.routes or ()):
        if route.private and route.then == "notify":
            yield (
                f"routes.{n}.then",
                "an announcement is for everybody, and this route is private; write "
                'then = "open", or "ignore"',
            )
        if route.group == "route" and route.name in taken:
            yield (
                f"routes.{n}.name",
                f"{quoted(route.name)} is the name of another route that groups by route, and "
                "their alerts would meet in one room; give each a name of its own",
            )
        if route.group == "route":
            taken.add(route.name)


def _objectives(tree: FileSettings) -> Iterator[Problem]:
    taken: set[str] = set()
    for n, slo in enumerate(tree.slos):
        if slo.service in taken:
            yield (
                f"slos.{n}.service",
                f"{quoted(slo.service)} has an objective already; keep one for each service",
            )
        taken.add(slo.service)


def _zones(tree: FileSettings) -> Iterator[Problem]:
    if tree.zones is None:
        return
    if not tree.zones:
        yield "zones", "there are none; write at least one that begins with [[zones]], from = 0"
        return
    if tree.zones[0].from_percent != 0:
        yield "zones.0.from", "the first zone begins where nothing is consumed; write from = 0"
    names: set[str] = set()
    for n, zone in enumerate(tree.zones):
        before = tree.zones[n - 1] if n else None
        if before and zone.from_percent <= before.from_percent:
            yield (
                f"zones.{n}.from",
                f"{zone.from_percent:g} is not above {before.from_percent:g}, where the zone "
                "before begins; write the zones in ascending order",
            )
        if zone.name in names:
            yield f"zones.{n}.name", f"{quoted(zone.name)} is the name of another zone; rename one"
        names.add(zone.name)


def _permissions(tree: FileSettings) -> Iterator[Problem]:
    keys = [role.key for role in policy_of(tree).roles]
    for verb, who in tree.permissions.items():
        for n, name in enumerate(who):
            if verb == READ_PRIVATE:
                if not (is_user(name) or is_group(name) or name == NOBODY):
                    yield f"permissions.{verb}.{n}", _NOT_PRIVATE.format(quoted(name))
            elif name != EVERYONE and name not in keys and name[0].islower():
                near = nearest(name, [*keys, EVERYONE])
                fix = f"did you mean {near}?" if near else f"roles are {', '.join(keys)}"
                yield f"permissions.{verb}.{n}", f"{quoted(name)} is no role; {fix}"
            elif verb == "declare" and name in keys:
                yield (
                    f"permissions.{verb}.{n}",
                    "nobody holds a role before there is an incident; write Slack user ids or "
                    f"user groups, or {quoted(EVERYONE)}",
                )
        if verb == "role" and who and all(name in keys for name in who):
            yield (
                "permissions.role",
                "with roles alone nobody could take over from somebody asleep; add Slack user ids "
                f"or user groups, or write {quoted(EVERYONE)}",
            )


def _retries(tree: FileSettings) -> Iterator[Problem]:
    times = policy_of(tree).retries
    for shorter, longer in (("first", "longest"), ("longest", "give_up_after")):
        if getattr(times, shorter) > getattr(times, longer):
            key = longer if longer in tree.retries else shorter
            yield (
                f"retries.{key}",
                f"{shorter} ({patience(getattr(times, shorter))}) is longer than {longer} "
                f"({patience(getattr(times, longer))}); write {longer} = "
                f"{quoted(patience(getattr(times, shorter)))} or more",
            )
