"""One frame of ``gigawatt top``: what a cluster does, on a terminal of any width, also without colour.

Each gang has a letter, which its GPUs and its line bear; colour, by tenant, only repeats what stands there.
What users wrote is shown without its control characters: a command must not steer a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gigawatt.live.transitions import ENDED, RUNNING, WAITING

_LETTERS = ascii_lowercase + ascii_uppercase
_BEYOND, _FREE, _OTHERS = "+", "·", "#"
_COLOURS = (
    "cyan", "magenta", "yellow", "green", "blue", "bright_red", "bright_cyan", "bright_magenta",
    "bright_yellow", "bright_green",
)  # fmt: skip
_NARROW, _WIDE = 64, 100
_IN_GROUPS_OF = 8
_SUBMITTED = " was submitted by "
_STATES = (RUNNING, *WAITING, *ENDED)
_FIXED_LINES, _LEAST_EVENTS = 17, 3
"""Lines of the head, titles and column names; so many events are shown at least."""


def printable(text: str) -> str:
    r"""Return text without what could steer a terminal.

    >>> printable("a\x1b[2Jb\u202ec")
    'a�[2Jb�c'
    """
    return "".join(letter if letter.isprintable() else "�" for letter in text)


class Letters:
    """A letter for every gang, the lowest that is free; it stays with the gang while it runs.

    >>> letters = Letters()
    >>> letters.give([{"id": 4}, {"id": 9}]), letters.give([{"id": 9}, {"id": 12}])
    ({4: 'a', 9: 'b'}, {9: 'b', 12: 'a'})
    """

    def __init__(self) -> None:
        self._of: dict[int, str] = {}

    def give(self, running: Sequence[dict[str, Any]]) -> dict[int, str]:
        """Return the letters of gangs; those beyond the alphabet share one sign."""
        there = [job["id"] for job in running]
        self._of = {job: self._of[job] for job in there if job in self._of}
        free = (letter for letter in _LETTERS if letter not in set(self._of.values()))
        new = {job: next(free, _BEYOND) for job in there if job not in self._of}
        given = {job: {**self._of, **new}[job] for job in there}
        self._of = {job: letter for job, letter in given.items() if letter != _BEYOND}
        return given


def frame(
    view: dict[str, Any],
    events: Sequence[dict[str, Any]],
    letters: Mapping[int, str],
    *,
    width: int,
    height: int,
) -> Group:
    """Draw a cluster.

    Parameters
    ----------
    view
        What ``GET /v1/view`` answers.
    events
        The latest events, oldest first, as ``GET /v1/events`` tells them.
    letters
        Of the gangs, as :class:`Letters` gives them.
    width, height
        Of the terminal; what has no room is counted.
    """
    names = sorted({row["name"] for row in view["tenants"]})
    colours = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(names)}
    owner = {job["id"]: job["tenant"] for job in view["running"]}
    wanted = [len(view[name]) for name in ("nodes", "running", "tenants", "waiting")]
    rooms = _rooms(height - _FIXED_LINES - _LEAST_EVENTS, wanted)
    nodes = _nodes(view["nodes"], letters, {n: colours.get(t, "") for n, t in owner.items()}, rooms[0])
    parts: list[RenderableType] = [_head(view), nodes, _gangs(view, letters, colours, rooms[1], width)]
    parts.append(_tenants(view, colours, rooms[2], width))
    parts.append(_queue(view, colours, rooms[3]))
    parts.append(_events(gathered(events)[-max(height - _FIXED_LINES - sum(rooms), _LEAST_EVENTS) :]))
    return Group(*parts)


def _rooms(lines: int, wanted: Sequence[int]) -> list[int]:
    """Share lines among tables: none gets more than it has rows, each three where there is room for it."""
    least = max(min(lines // len(wanted), 3), 1)
    rooms = [min(least, rows) for rows in wanted]
    left = max(lines - sum(rooms), 0)
    while left and any(room < rows for room, rows in zip(rooms, wanted, strict=True)):
        for i, rows in enumerate(wanted):
            if left and rooms[i] < rows:
                rooms[i] += 1
                left -= 1
    return rooms


def _head(view: dict[str, Any]) -> Text:
    told = view["controller"]
    told_states = [state for state in _STATES if view["counts"].get(state)]
    counts = ", ".join(f"{view['counts'][state]:,} {state}" for state in told_states)
    out = sum(slot is None for node in view["nodes"] if node["state"] != "up" for slot in node["slots"])
    text = Text(f"{told['gpus'] - told['free'] - out:,} of {told['gpus']:,} GPUs at work", style="bold")
    text.append(f", {told['free']:,} free" + (f", {out:,} out" if out else ""), style="not bold")
    text.append(f"  policy {told['policy']}  {(told['now'] or '')[11:19]} UTC\n", style="not bold dim")
    text.append(counts or "no jobs yet: gigawatt submit -- COMMAND", style="not bold")
    if told["power"]:
        power = told["power"]
        drawn = f"{power['drawn_kw']:,.3g} of {power['kept_kw']:,.3g} kW"
        text.append(f"  {drawn} (budget {power['budget_kw']:,.3g} kW)", style="not bold")
    if told["going_down"]:
        text.append("  the cluster goes down", style="bold reverse")
    return text


def _table(title: str, *columns: str, right: Sequence[int] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title_justify="left", title_style="bold")
    table.title = title
    for i, column in enumerate(columns):
        last = i == len(columns) - 1
        table.add_column(
            column, justify="right" if i in right else "left", header_style="dim", no_wrap=True,
            overflow="ellipsis", ratio=1 if last else None,
        )  # fmt: skip
    return table


def _nodes(
    nodes: list[dict[str, Any]], letters: Mapping[int, str], colours: dict[int, str], room: int
) -> Table:
    table = _table(_titled("Nodes", len(nodes), room), "node", "state", "free", "GPUs", right=(0, 2))
    # Nodes that need a look come first.
    for node in sorted(nodes, key=lambda node: (node["state"] == "up", node["id"]))[:room]:
        slots = Text()
        for i, job in enumerate(node["slots"]):
            if i and i % _IN_GROUPS_OF == 0:
                slots.append(" ")
            if job is None:
                slots.append(_FREE, style="dim")
            else:
                slots.append(letters.get(job, _OTHERS if job < 0 else _BEYOND), style=colours.get(job, ""))
        free = sum(job is None for job in node["slots"])
        state = Text(node["state"], style="" if node["state"] == "up" else "bold reverse")
        table.add_row(str(node["id"]), state, str(free) if node["state"] == "up" else "-", slots)
    return table


def _gangs(
    view: dict[str, Any], letters: Mapping[int, str], colours: dict[str, str], room: int, width: int
) -> Table:
    running = view["running"]
    columns = ["", "job", "tenant", "GPUs", "for"]
    if width >= _NARROW:
        columns += ["restarts", "nodes"]
    if width >= _WIDE:
        columns.append("command")
    table = _table(_titled("Gangs", len(running), room), *columns, right=(1, 3, 4, 5))
    for job in running[:room]:
        row: list[RenderableType] = [
            Text(letters[job["id"]], style=f"bold {colours.get(job['tenant'], '')}"),
            str(job["id"]),
            Text(job["tenant"], style=colours.get(job["tenant"], "")),
            str(job["gpus"]),
            _elapsed(job["started"], view["controller"]["now"]) + (" stopping" if job["stopping"] else ""),
            str(job["restarts"]),
            ",".join(str(node) for node, _ in job["places"]),
            Text(printable(job["command"])),
        ]
        table.add_row(*row[: len(columns)])
    return table


def _tenants(view: dict[str, Any], colours: dict[str, str], room: int, width: int) -> Table:
    tenants = view["tenants"]
    columns = ["tenant", "GPUs", "share", "quota", "running", "waiting"]
    table = _table(_titled("Tenants", len(tenants), room), *columns, right=(1, 2, 3, 4, 5))
    for row in tenants[:room]:
        quota = row["quota_gpus"]
        table.add_row(
            Text(row["name"], style=colours.get(row["name"], "")),
            str(row["gpus"]),
            f"{row['gpus'] / view['controller']['gpus']:.0%}",
            "-" if quota is None else f"{quota:g}",
            str(row["running"]),
            f"{row['waiting']:,}" + (f" ({row['waiting_gpus']:,} GPUs)" if width >= _NARROW else ""),
        )
    return table


def _queue(view: dict[str, Any], colours: dict[str, str], room: int) -> Table:
    waiting = view["waiting"]
    total = sum(view["counts"].get(state, 0) for state in ("queued", "paused"))
    columns = ["job", "tenant", "GPUs", "for", "why it waits"]
    table = _table(_titled("Queue", total, room), *columns, right=(0, 2, 3))
    for job in waiting[:room]:
        why = job["why"] if job["state"] == "queued" else f"{job['state']}: {job['why']}"
        table.add_row(
            str(job["id"]),
            Text(job["tenant"], style=colours.get(job["tenant"], "")),
            str(job["gpus"]),
            _elapsed(job["submitted"], view["controller"]["now"]),
            Text(printable(why)),
        )
    return table


def _events(events: Sequence[dict[str, Any]]) -> Table:
    table = _table("\nEvents", "UTC", "what happened")
    for event in reversed(events):
        table.add_row(Text((event["at"] or "")[11:19], style="dim"), Text(printable(event["words"])))
    return table


def gathered(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tell submissions of equal jobs one after another, as those of an array, as one event.

    >>> said = "job {} was submitted by a: 1 GPU"
    >>> told = [{"kind": "submitted", "job": n, "words": said.format(n)} for n in (4, 5, 6)]
    >>> [event["words"] for event in gathered(told)]
    ['jobs 4 to 6 were submitted by a: 1 GPU each']
    """
    groups: list[list[dict[str, Any]]] = []
    for event in events:
        before = groups[-1][-1] if groups else None
        if before is not None and _submission(before) == _submission(event) != "":
            groups[-1].append(event)
        else:
            groups.append([event])
    return [_of_group(group) for group in groups]


def _submission(event: dict[str, Any]) -> str:
    return str(event["words"]).partition(_SUBMITTED)[2] if event["kind"] == "submitted" else ""


def _of_group(group: list[dict[str, Any]]) -> dict[str, Any]:
    if len(group) == 1:
        return group[0]
    first, last = group[0], group[-1]
    words = f"jobs {first['job']} to {last['job']} were submitted by {_submission(first)} each"
    return {**last, "words": words}


def _titled(name: str, rows: int, room: int) -> str:
    return f"\n{name}" if rows <= room else f"\n{name}: {room:,} of {rows:,}"


def _elapsed(since: str | None, now: str | None) -> str:
    """Return a time between two dates in short.

    >>> _elapsed("2026-01-01T00:00:00.000Z", "2026-01-01T01:02:03.000Z")
    '1 h 02'
    """
    if since is None or now is None:
        return "-"
    seconds = max((datetime.fromisoformat(now) - datetime.fromisoformat(since)).total_seconds(), 0.0)
    if seconds < 100.0:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d}"
