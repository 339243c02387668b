"""Whatever is written, a scenario is read or refused in words; never a traceback.

Texts, bytes, trees and overrides are mutated from the bundled reference campus,
so that most of them get past the parser and into the models.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gigawatt.kernel.errors import InputError
from gigawatt.scenario import bundled_bytes, read_text
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.positions import dotted, named
from gigawatt.scenario.references import reference_problems
from gigawatt.scenario.resolve import resolve
from gigawatt.scenario.yaml_reader import read_yaml

REFERENCE = bundled_bytes("reference-100mw").decode()
LINES = REFERENCE.splitlines(keepends=True)
BITS = [
    *(
        "\n",
        "\t",
        " ",
        "  ",
        "\r",
        "\r\n",
        ":",
        ": ",
        "-",
        "- ",
        "?",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        '"',
    ),
    *("&", "&a ", "*", "*a", "!", "!!str ", "!!python/name:os ", "|", "|2\n", ">-\n", "%", "@", "`", "#"),
    *("<<: ", "~", "null", "true", ".nan", "-.inf", "1e999", "0", "-1", "9" * 40, "0x1F", "1_000", "\\"),
    *('"\\x"', "---\n", "...\n", "\x00", "\x85", "\u2028", "\ufeff", "é", "😀"),
    *("150 MW", "MW", "12 weeks", "40,000 kW", "2025-02-30"),
    *("{value: 1, source: s}", "{low: 3, mid: 2, high: 1}", "source: x", "confidence: sure"),
]
WORDS = st.sampled_from(
    [
        "",
        "150 MW",
        "3 kg",
        "120 %",
        "2025-02-30",
        "2025-05",
        "x!",
        "a" * 90,
        "gb200",
        "campus",
        "nan",
        "1e400 MW",
        "-5 MW",
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**19), 10**19),
    st.floats(allow_nan=False, allow_infinity=False),
    WORDS,
    st.text(max_size=8),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["value", "low", "mid", "high", "source", "as_of", "confidence", "note", "name", "x"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=5,
)


def outcome(raw: bytes | str, overrides: list[str] | None = None) -> Scenario | None:
    """Read and resolve; None where it was refused in the way that a person is told."""
    try:
        loaded = read_text(raw, Scenario, overrides or [], file="a.yaml", check=reference_problems)
        resolve(loaded.scenario)
    except InputError as error:
        for problem in error.problems:
            assert problem.code.startswith("GW")
            assert problem.message
            assert problem.remedy
            assert "\n" not in problem.message + problem.remedy
            assert problem.file in {"a.yaml", "--set"}
        return None
    return loaded.scenario


@cache
def paths() -> list[tuple[str | int, ...]]:
    return sorted((path for path in read_yaml(REFERENCE, "a").positions if path), key=str)


def at(data: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        data = data[part]
    return data


@st.composite
def mutated_texts(draw: st.DrawFn) -> str:
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        row = draw(st.integers(0, len(lines) - 1))
        line = lines[row]
        column = draw(st.integers(0, len(line)))
        cut = draw(st.integers(0, 6))
        lines[row] = line[:column] + draw(st.sampled_from(BITS)) + line[column + cut :]
        if draw(st.booleans()):
            other = draw(st.integers(0, len(lines) - 1))
            lines[row], lines[other] = lines[other], lines[row]
    return "".join(lines)


@st.composite
def mutated_trees(draw: st.DrawFn) -> str:
    data = copy.deepcopy(read_yaml(REFERENCE, "a").data)
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(paths()))
        try:
            parent = at(data, path[:-1])
            current = parent[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
        match draw(st.sampled_from(["set", "drop", "rename", "nest", "twice"])):
            case "set":
                parent[path[-1]] = draw(VALUES)
            case "drop":
                del parent[path[-1]]
            case "rename" if isinstance(parent, dict):
                parent[
                    draw(st.sampled_from([f"{path[-1]}s", f"{path[-1]}_mw", "name", "units", "x" * 30]))
                ] = parent.pop(path[-1])
            case "nest":
                parent[path[-1]] = {"value": current, "source": draw(SCALARS)}
            case "twice" if isinstance(parent, list):
                parent.append(copy.deepcopy(current))
    return json.dumps(data, ensure_ascii=False, allow_nan=False)


@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"a: !!python/object/apply:os.system [ls]")
def test_bytes(raw: bytes) -> None:
    assert outcome(raw) is None


@given(st.text(alphabet=st.sampled_from("".join(BITS)), max_size=60))
def test_signs_that_mean_something_to_yaml(text: str) -> None:
    assert outcome(text.encode("utf-8", "surrogatepass")) is None


@given(mutated_texts())
def test_mutated_texts(text: str) -> None:
    outcome(text.encode("utf-8", "surrogatepass"))


@given(mutated_trees())
def test_mutated_trees(text: str) -> None:
    outcome(text)


@settings(max_examples=30)
@given(st.sampled_from(paths()), VALUES)
def test_overrides_do_what_editing_the_file_does(path: tuple[str | int, ...], value: Any) -> None:
    data = copy.deepcopy(read_yaml(REFERENCE, "a").data)
    shown = named(path, data)
    at(data, path[:-1])[path[-1]] = value
    written = json.dumps(value, ensure_ascii=False)
    edited = outcome(json.dumps(data, ensure_ascii=False))
    assert outcome(REFERENCE, [f"{dotted(path)}={written}"]) == edited
    assert outcome(REFERENCE, [f"{shown}={written}"]) == edited


@given(
    st.lists(st.text(alphabet=st.sampled_from("abs.=0[]{}:-, sites.campus.halls.0"), max_size=40), max_size=3)
)
def test_overrides_of_any_text(overrides: list[str]) -> None:
    outcome(REFERENCE, overrides)


@settings(max_examples=30)
@given(st.sampled_from(paths()), st.sampled_from(["reported", "assumed", "read in the source"]))
def test_a_source_changes_no_value(path: tuple[str | int, ...], confidence: str) -> None:
    data = copy.deepcopy(read_yaml(REFERENCE, "a").data)
    current = at(data, path)
    if isinstance(current, dict):
        proof = (
            {"source": "a letter", "confidence": confidence}
            if "mid" not in current
            else {"source": "a letter"}
        )
        at(data, path[:-1])[path[-1]] = {**current, **proof}
    elif not isinstance(current, list) and path[-1] not in {
        "source",
        "as_of",
        "confidence",
        "note",
        "low",
        "mid",
        "high",
    }:
        at(data, path[:-1])[path[-1]] = {"value": current, "source": "a letter", "confidence": confidence}
    assert outcome(json.dumps(data, ensure_ascii=False)) == outcome(REFERENCE)
