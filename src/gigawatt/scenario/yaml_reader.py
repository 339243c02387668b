"""Turn YAML text into plain values, with the place of every key and value.

The composer is our own and loops instead of recursing: it counts nodes after
aliases are expanded, bounds the depth, and refuses what a scenario never
needs (tags, merge keys, several documents, keys that are not text).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.scenario.positions import Path, Position
from gigawatt.scenario.yaml_scalars import (
    COLLECTION_TAGS,
    NotFiniteError,
    TagError,
    resolve_plain,
    resolve_tagged,
    short,
    short_tag,
)
from gigawatt.scenario.yaml_text import events

MAX_NODES = 200_000
MAX_DEPTH = 64
MAX_KEY = 200
MAX_TEXT = 10_000
_MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Tree:
    """Plain values and where they stand."""

    data: Any
    positions: dict[Path, Position]


def read_yaml(text: str, file: str) -> Tree:
    r"""Read one YAML document.

    Parameters
    ----------
    text
        UTF-8 text, without control characters (:func:`gigawatt.scenario.yaml_text.decode`).
    file
        What messages call the text.

    Raises
    ------
    InputError
        GW204 to GW215; every mistake found before the text stopped making sense.

    Examples
    --------
    >>> tree = read_yaml("sites:\n  memphis: {halls: [1, two]}", "a.yaml")
    >>> tree.data
    {'sites': {'memphis': {'halls': [1, 'two']}}}
    >>> tree.positions["sites", "memphis", "halls", 1][:2]
    (2, 24)
    """
    composer = _Composer(file)
    try:
        return _lay_out(composer.read(text))
    except InputError as error:
        raise InputError(dict.fromkeys([*composer.problems, *error.problems])) from None


@dataclass(slots=True)
class _Node:
    value: Any
    """A scalar, a list of nodes, or a dict of key to (node, line of the key, column of the key)."""
    line: int
    column: int
    size: int = 1
    """Values in it, itself counted, aliases expanded."""
    height: int = 0
    """Levels below it."""
    is_open: bool = False


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    node: _Node
    key: str | None = None
    """The key whose value comes next; None where its value is to be dropped."""
    key_line: int = 0
    key_column: int = 0
    wants_key: bool = True


@dataclass(slots=True)
class _Composer:
    file: str
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, _Node] = field(default_factory=dict)
    root: _Node | None = None
    nodes: int = 0

    def read(self, text: str) -> _Node:
        """Read every event; problems that do not stop the reading are collected."""
        for event in events(text, self.file):
            self._take(event)
            if len(self.problems) >= _MAX_PROBLEMS:
                break
        if self.problems:
            raise InputError(self.problems)
        if self.root is None:
            raise self._fatal("GW211", 1, 1, "there is nothing in it", "write 'key: value' lines")
        return self.root

    def _take(self, event: Any) -> None:
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._begin(event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            closed = self.stack.pop().node
            closed.is_open = False
            self._weigh(closed)
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, DocumentStartEvent) and self.root is not None:
            raise self._fatal("GW209", *_place(event), "a second document begins", "keep one scenario a file")

    def _scalar(self, event: Any) -> None:
        line, column = _place(event)
        self._count(line, column, 1)
        if len(event.value) > MAX_TEXT:
            seen = f"a text of {len(event.value):,} characters; at most {MAX_TEXT:,} are allowed"
            self._note("GW214", line, column, seen, "shorten it")
        node = _Node(self._value(event, line, column), line, column)
        if event.anchor:
            self.anchors[event.anchor] = node
        if self._wants_key():
            self._key(event, node)
        else:
            self._place_value(node)
            self._weigh(node)

    def _value(self, event: Any, line: int, column: int) -> Any:
        try:
            if event.tag is not None:
                return resolve_tagged(event.value, str(event.tag))
            return event.value if event.style else resolve_plain(event.value)
        except NotFiniteError as error:
            self._note("GW207", line, column, str(error), "write a finite number, or leave the key out")
        except TagError as error:
            self._note("GW206", line, column, str(error), "remove the tag; values are plain text and numbers")
        return None

    def _wants_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node.value, dict) and self.stack[-1].wants_key

    def _key(self, event: Any, node: _Node) -> None:
        here = self.stack[-1]
        key, line, column = node.value, node.line, node.column
        here.wants_key, here.key, here.key_line, here.key_column = False, None, line, column
        if not event.style and event.tag is None and event.value == "<<":
            self._note("GW208", line, column, "merge keys (<<) are not read", "write the entries out")
        elif not isinstance(key, str):
            seen = f"the key {short(event.value)} is not a text"
            self._note("GW210", line, column, seen, f"put it in quotes: {json.dumps(event.value[:40])}")
        elif len(key) > MAX_KEY:
            seen = f"a key of {len(key):,} characters; at most {MAX_KEY} are allowed"
            self._note("GW214", line, column, seen, "shorten it")
        elif key in here.node.value:
            _, first_line, first_column = here.node.value[key]
            seen = f"the key {short(key)} stands twice, first in line {first_line}, column {first_column}"
            self._note("GW205", line, column, seen, "keep one of the two")
        else:
            here.key = key

    def _begin(self, event: Any) -> None:
        line, column = _place(event)
        self._count(line, column, 1)
        if len(self.stack) >= MAX_DEPTH:
            raise self._too_deep(line, column)
        if self._wants_key():
            raise self._fatal(
                "GW210", line, column, "a list or mapping stands as a key", "write the key as text"
            )
        if event.tag is not None and str(event.tag) not in COLLECTION_TAGS:
            seen = f"the tag {short_tag(str(event.tag))} is not allowed here"
            self._note("GW206", line, column, seen, "remove the tag; values are plain text and numbers")
        node = _Node({} if isinstance(event, MappingStartEvent) else [], line, column, is_open=True)
        if event.anchor:
            self.anchors[event.anchor] = node
        self._place_value(node)
        self.stack.append(_Open(node))

    def _alias(self, event: Any) -> None:
        line, column = _place(event)
        name = event.anchor[:60]
        meant = self.anchors.get(event.anchor)
        if meant is None:
            remedy = f"write &{name} before the value that it stands for, or put a text with '*' in quotes"
            raise self._fatal("GW215", line, column, f"*{name} points to no anchor above it", remedy)
        if meant.is_open:
            seen = f"*{name} stands inside the value that it points to"
            raise self._fatal("GW215", line, column, seen, "write the value out")
        if self._wants_key():
            raise self._fatal("GW210", line, column, "an alias stands as a key", "write the key as text")
        self._count(line, column, meant.size)
        if len(self.stack) + meant.height > MAX_DEPTH:
            raise self._too_deep(line, column)
        node = _Node(meant.value, line, column, meant.size, meant.height)
        self._place_value(node)
        self._weigh(node)

    def _place_value(self, node: _Node) -> None:
        if not self.stack:
            self.root = node
            return
        here = self.stack[-1]
        if isinstance(here.node.value, list):
            here.node.value.append(node)
            return
        if here.key is not None:
            here.node.value[here.key] = (node, here.key_line, here.key_column)
        here.wants_key = True

    def _weigh(self, node: _Node) -> None:
        """Add a finished value to the size and height of what holds it."""
        if self.stack:
            parent = self.stack[-1].node
            parent.size += node.size
            parent.height = max(parent.height, node.height + 1)

    def _count(self, line: int, column: int, more: int) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            seen = f"more than {MAX_NODES:,} values, aliases expanded"
            raise self._fatal("GW212", line, column, seen, "a scenario is far smaller; remove the repetition")

    def _too_deep(self, line: int, column: int) -> InputError:
        return self._fatal("GW213", line, column, f"more than {MAX_DEPTH} levels deep", "nest less")

    def _note(self, code: str, line: int, column: int, seen: str, remedy: str) -> None:
        self.problems.append(Problem(code, seen, remedy, file=self.file, line=line, column=column))

    def _fatal(self, code: str, line: int, column: int, seen: str, remedy: str) -> InputError:
        return InputError(Problem(code, seen, remedy, file=self.file, line=line, column=column))


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _lay_out(root: _Node) -> Tree:
    """Build plain values from nodes; an aliased value is built anew at each place."""
    positions: dict[Path, Position] = {}
    top: list[Any] = []
    # Each entry: node, its path, the place of its key, and the container it goes into.
    stack: list[tuple[_Node, Path, int, int, Any]] = [(root, (), root.line, root.column, top)]
    while stack:
        node, path, key_line, key_column, holder = stack.pop()
        positions[path] = Position(node.line, node.column, key_line, key_column)
        value: Any = node.value
        if isinstance(node.value, dict):
            value = dict.fromkeys(node.value)
            for key, (inner, line, column) in node.value.items():
                stack.append((inner, (*path, key), line, column, value))
        elif isinstance(node.value, list):
            value = [None] * len(node.value)
            for index, inner in enumerate(node.value):
                stack.append((inner, (*path, index), inner.line, inner.column, value))
        if path:
            holder[path[-1]] = value
        else:
            holder.append(value)
    return Tree(top[0], positions)
