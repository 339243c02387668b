"""Bytes as text, and text as parser events, with every refusal in plain words."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from gigawatt.kernel.errors import InputError, Problem

MAX_BYTES = 4_000_000
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

_DIRECTIVE = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?[\r\n])*%")

_TAB = ("a tab stands where only spaces may indent", "indent with spaces")
_COLON = (
    "a ':' stands where no key can be",
    "put a text that holds ': ' in quotes, indent this line as its neighbours, or end the one above with ':'",
)
_ESCAPE = (
    "an escape in a quoted text is unknown or not complete",
    r"write '\\' for a backslash, or use single quotes",
)
_QUOTE = ("a quoted text is not closed", "close it with the quote that it began with")
_BLOCK_TEXT = ("the header of a block text is wrong", "write '|' or '>' alone, the text below it, indented")
_INDENT = (
    "the indentation does not match the lines above",
    "indent all entries of one mapping or list alike",
)
_ANCHOR = ("'&' and '*' must be followed by a name", "put a text that begins with '&' or '*' in quotes")

# What the parser's own text holds then our words.
_SYNTAX = (
    ("tab character", _TAB),
    (r"'\t'", _TAB),
    ("mapping values are not allowed", _COLON),
    (
        "sequence entries are not allowed",
        ("a list item '- ' stands where none can be", "put '- ' on a line of its own, below the list's key"),
    ),
    (
        "mapping keys are not allowed",
        ("a '? ' stands where none can be", "put a text that begins with '?' in quotes"),
    ),
    ("cannot start any token", ("a value cannot begin with this character", "put the value in quotes")),
    (
        "expected ':'",
        ("a key has no ':' behind it", "write 'key: value', or put a text of several lines in quotes"),
    ),
    (
        "unexpected ':'",
        ("a ':' inside [ ] or { } has no space behind it", "write 'key: value', or put the text in quotes"),
    ),
    (
        "unclosed '[' or '{'",
        ("a '[' or '{' is not closed, or the indentation is wrong", "close it with ']' or '}'"),
    ),
    (
        "',' or ']'",
        ("a list that began with '[' is not closed", "set its items apart with ',' and close it with ']'"),
    ),
    (
        "',' or '}",
        (
            "a mapping that began with '{' is not closed",
            "set its entries apart with ',' and close it with '}'",
        ),
    ),
    ("escape", _ESCAPE),
    ("hexdecimal", _ESCAPE),
    ("unexpected end of stream", _QUOTE),
    ("document separator", _QUOTE),
    ("document indicator", _QUOTE),
    ("indentation indicator", _BLOCK_TEXT),
    ("block scalar", _BLOCK_TEXT),
    (
        "comment or",
        ("words follow where the line must end", "put them on a line of their own, or behind ' #'"),
    ),
    (
        "directive",
        ("a line begins with '%', which starts a directive", "put a text that begins with '%' in quotes"),
    ),
    ("tag", ("a tag ('!...') is malformed", "put a text that begins with '!' in quotes")),
    ("alphabetic or numeric", _ANCHOR),
    ("an alias", _ANCHOR),
    ("<block end>", _INDENT),
    ("expected key", _INDENT),
    ("'-' indicator", _INDENT),
    (
        "document start",
        ("words follow after the end of the scenario", "remove them, or indent them as the lines above"),
    ),
    ("node content", ("a value is missing here", "write the value, or null")),
)


def read_bytes(path: Path, file: str) -> bytes:
    """Read a scenario's bytes.

    Raises
    ------
    InputError
        GW201: not there, not a plain file, or not readable. GW202: too large.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _refuse("GW201", file, "this is a directory, not a scenario file", "name the file in it")
        if not stat.S_ISREG(mode):
            raise _refuse("GW201", file, "this is not a plain file", "give the path of a YAML file")
        with path.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refuse("GW201", file, "there is no such file", "check the path") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "the path is not valid"
        raise _refuse(
            "GW201", file, f"this cannot be read: {why}", "check the path and its permissions"
        ) from None
    if len(raw) > MAX_BYTES:
        seen = f"the file is larger than {MAX_BYTES / 1e6:g} MB"
        raise _refuse("GW202", file, seen, "a scenario holds no bulk data; remove it from the file")
    return raw


def decode(raw: bytes, file: str) -> str:
    """Read bytes as UTF-8 text without control characters.

    Raises
    ------
    InputError
        GW203, with the place of the first byte or character that is not text.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", errors="replace")
        seen = f"byte 0x{raw[error.start]:02x} is not UTF-8 text"
        raise _at(before, "GW203", file, seen, "save the file as UTF-8 text") from None
    odd = _UNPRINTABLE.search(text)
    if odd is not None:
        seen = f"the character U+{ord(odd[0]):04X} is not allowed in a text file"
        raise _at(text[: odd.start()], "GW203", file, seen, "remove it; is this a text file?")
    return text


def events(text: str, file: str) -> Iterator[Any]:
    """Yield the parser's events.

    Always from ruamel's parser in Python: libyaml, where it is installed, takes
    other texts (a tab behind a value, signs in the name of an anchor), and a
    scenario must mean the same on every machine.

    Raises
    ------
    InputError
        GW204: not well-formed YAML, with the place where it went wrong.
    """
    directive = _DIRECTIVE.match(text)
    if directive is not None:
        seen = "a line begins with '%': directives are not read"
        raise _at(text[: directive.end() - 1], "GW204", file, seen, "remove the line; a scenario is YAML 1.2")
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        seen, remedy = _plain_words(f"{error.problem or ''} {error.context or ''}")
        raise InputError(Problem("GW204", seen, remedy, file=file, line=line, column=column)) from None
    except (YAMLError, ValueError, OverflowError):
        raise _refuse("GW204", file, "this is not well-formed YAML", "check quotes and escapes") from None


def _plain_words(text: str) -> tuple[str, str]:
    for part, words in _SYNTAX:
        if part in text:
            return words
    return "this is not well-formed YAML", "check the indentation, quotes and brackets around this place"


def _refuse(code: str, file: str, seen: str, remedy: str) -> InputError:
    return InputError(Problem(code, seen, remedy, file=file))


def _at(before: str, code: str, file: str, seen: str, remedy: str) -> InputError:
    lines = re.split("\r\n|\r|\n", before)
    return InputError(Problem(code, seen, remedy, file=file, line=len(lines), column=len(lines[-1]) + 1))
