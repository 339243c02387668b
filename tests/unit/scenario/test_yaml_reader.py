"""The composer: values of the core schema, places, and everything that is refused."""

from __future__ import annotations

import pytest

from gigawatt.kernel.errors import InputError
from gigawatt.scenario.yaml_reader import MAX_DEPTH, MAX_NODES, read_yaml
from gigawatt.scenario.yaml_text import MAX_BYTES, decode, read_bytes


def codes(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_yaml(text, "a.yaml")
    return [p.code for p in caught.value.problems]


def places(text: str) -> list[tuple[int, int]]:
    with pytest.raises(InputError) as caught:
        read_yaml(text, "a.yaml")
    return [(p.line, p.column) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("No", "No"),
        ("2025-05-01", "2025-05-01"),
        ("2025-05", "2025-05"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("0o17", 15),
        ("0x1F", 31),
        ("007", 7),
        ("-3", -3),
        ("+.5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("~", None),
        ("null", None),
        ("", None),
        ("nan", "nan"),
        ("inf", "inf"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("!!float 3", 3.0),
        ("!!int 3", 3),
        ("! 12", "12"),
        ("150 MW", "150 MW"),
    ],
)
def test_scalars_are_those_of_yaml_1_2_core(written: str, value: object) -> None:
    read = read_yaml(f"a: {written}", "a.yaml").data["a"]
    assert read == value
    assert type(read) is type(value)


def test_every_key_and_value_has_its_place() -> None:
    tree = read_yaml("sites:\n  memphis:\n    halls:\n      - {name: north, power: 3 MW}\n", "a.yaml")
    assert tree.positions["sites", "memphis"] == (3, 5, 2, 3, "")
    assert tree.positions["sites", "memphis", "halls", 0, "power"] == (4, 30, 4, 23, "")
    assert tree.positions["sites", "memphis", "halls", 0][:2] == (4, 9)


def test_columns_count_characters_not_bytes() -> None:
    assert read_yaml("é: {ü: 😀, b: x}", "a.yaml").positions["é", "b"][:2] == (1, 14)


def test_an_alias_is_copied_and_stands_where_it_is_used() -> None:
    tree = read_yaml("a: &x {b: [1]}\nc: *x\nd: [*x, *x]\n", "a.yaml")
    assert tree.data == {"a": {"b": [1]}, "c": {"b": [1]}, "d": [{"b": [1]}, {"b": [1]}]}
    assert tree.data["c"] is not tree.data["a"]
    assert tree.positions["c",][:2] == (2, 4)
    assert tree.positions["c", "b", 0][:2] == (1, 12)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "GW211"),
        ("# only a comment\n", "GW211"),
        ("a: 1\na: 2", "GW205"),
        ("a: !!python/object:os.system x", "GW206"),
        ("a: !!python/object/apply:os.system [ls]", "GW206"),
        ("a: !!int x", "GW206"),
        ("a: !!binary aGk=", "GW206"),
        ("a: !!set {b}", "GW206"),
        ("a: .nan", "GW207"),
        ("a: -.INF", "GW207"),
        ("a: 1e999", "GW207"),
        ("a: " + "9" * 5000, "GW207"),
        ("<<: {a: 1}", "GW208"),
        ("a: &x {b: 1}\nc: {<<: *x}", "GW208"),
        ("a: 1\n---\nb: 2", "GW209"),
        ("1: a", "GW210"),
        ("true: a", "GW210"),
        ("[a]: b", "GW210"),
        ("{a: b}: c", "GW210"),
        ("a: &x k\n*x : 1", "GW210"),
        ("a: &x [*x]", "GW215"),
        ("a: *nowhere", "GW215"),
        ("a: " + "b" * 10_001, "GW214"),
        ("k" * 201 + ": 1", "GW214"),
        ("%YAML 1.1\n---\na: 1", "GW204"),
        ("# why\n\n%TAG ! tag:x,2000:\n---\na: 1", "GW204"),
        ("a: [1, 2", "GW204"),
        ("a: {b: 1", "GW204"),
        ("a: 'b", "GW204"),
        ("a:\n\t- b", "GW204"),
        ("a: b: c", "GW204"),
        ("a: @b", "GW204"),
        ("a: |x\n  b", "GW204"),
        ('a: "\\q"', "GW204"),
        ('a: "\\UFFFFFFFF"', "GW204"),
        ("a: 1\n b: 2", "GW204"),
        ("- a\nb: c", "GW204"),
    ],
)
def test_refused(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_a_duplicate_key_names_both_places() -> None:
    with pytest.raises(InputError, match=r"a\.yaml:3:1 .* first in line 1, column 1"):
        read_yaml("a: 1\nb: 2\na: 3\n", "a.yaml")


def test_mistakes_that_do_not_stop_the_reading_come_together() -> None:
    text = "a: .nan\na: 1\n<<: {}\n1: 2\nb: !x y\nc: [1, {d: .inf}]\n"
    assert codes(text) == ["GW207", "GW205", "GW208", "GW210", "GW206", "GW207"]
    assert places(text) == [(1, 4), (2, 1), (3, 1), (4, 1), (5, 4), (6, 12)]


def test_what_was_found_before_a_syntax_error_is_told_too() -> None:
    assert codes("a: .nan\nb: [1\n") == ["GW207", "GW204"]


def test_a_bomb_of_aliases_is_refused_before_it_is_built() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 40)]
    assert codes("\n".join(lines)) == ["GW212"]


def test_too_many_values_are_refused() -> None:
    row = "[" + "1," * 1000 + "]"
    text = f"a: &r {row}\nb: [" + "*r," * (MAX_NODES // 1000) + "]"
    assert codes(text) == ["GW212"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_depth_is_bounded(opening: str) -> None:
    assert codes(opening * 500) == ["GW213"]


def test_depth_through_aliases_is_bounded() -> None:
    lines = ["a0: &a0 [1]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, MAX_DEPTH + 5)]
    assert codes("\n".join(lines)) == ["GW213"]


def test_depth_up_to_the_bound_is_read() -> None:
    tree = read_yaml("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), "a.yaml")
    assert max(map(len, tree.positions)) == MAX_DEPTH - 1


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"a: \x00", (1, 4)),
        (b"a: 1\nb: \xff", (2, 4)),
        (b"\x89PNG\r\n\x1a\n", (1, 1)),
        ("a: 1".encode("utf-16"), (1, 1)),
        (b"a: b\n\nc: \x1b[31m", (3, 4)),
        ("a: \u2028".encode(), (1, 4)),
        ("a: \ufeffb".encode(), (1, 4)),
        (b"a: \xed\xa0\x80", (1, 4)),
    ],
)
def test_what_is_not_text_is_refused_with_its_place(raw: bytes, place: tuple[int, int]) -> None:
    with pytest.raises(InputError) as caught:
        decode(raw, "a.yaml")
    (problem,) = caught.value.problems
    assert (problem.code, problem.line, problem.column) == ("GW203", *place)
    assert str(problem).isprintable() or "\n    fix" in str(problem)


def test_a_byte_order_mark_and_other_line_ends_are_read() -> None:
    text = decode("\ufeffa: é\r\nb: 2\r\n".encode(), "a.yaml")
    assert read_yaml(text, "a.yaml").data == {"a": "é", "b": 2}


def test_files_that_are_none(tmp_path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "huge.yaml").write_bytes(b"# " + b"x" * MAX_BYTES)
    (tmp_path / "locked.yaml").write_text("a: 1")
    for name, code in (
        ("", "GW201"),
        ("pipe", "GW201"),
        ("none.yaml", "GW201"),
        ("a\0b", "GW201"),
        ("x" * 5000, "GW201"),
        ("huge.yaml", "GW202"),
        ("locked.yaml/below", "GW201"),
    ):
        with pytest.raises(InputError) as caught:
            read_bytes(tmp_path / name, name)
        assert [p.code for p in caught.value.problems] == [code], name
