"""A frame of the terminal view: readable without colour, at any width, whatever a user's command holds."""

from __future__ import annotations

import io

from rich.console import Console

from gigawatt.live.outside.frame import Letters, frame

NOW, SINCE = "2026-01-01T10:00:30.000Z", "2026-01-01T10:00:00.000Z"
EVENTS = [{"seq": n, "at": NOW, "kind": "other", "words": f"event {n}"} for n in range(200)]

ROW = {
    "quota_gpus": None, "weight": 1.0, "gpus": 1, "running": 1, "waiting": 0, "waiting_gpus": 0, "ended": 4,
}  # fmt: skip


def job(number: int, tenant: str, gpus: int, **more):
    named = {
        "id": number, "tenant": tenant, "gpus": gpus, "state": "running", "command": "true",
        "submitted": SINCE, "started": SINCE, "finished": None, "restarts": 0, "exit_code": None,
        "reason": "", "stopping": "",
        "places": [[0, list(range(gpus))]],
    }  # fmt: skip
    return {**named, **more}


def view(**more):
    shown = {
        "controller": {
            "pid": 1, "policy": "easy", "gpus": 16, "free": 3, "now": NOW, "going_down": False,
            "power": {"budget_kw": 20.0, "kept_kw": 18.0, "drawn_kw": 3.25},
        },
        "counts": {"running": 2, "queued": 300},
        "nodes": [
            {"id": 0, "state": "up", "pid": 2, "losses": 0, "slots": [7, 7, 7, 9, -1, None, None, None]},
            {"id": 1, "state": "quarantined", "pid": 0, "losses": 3, "slots": [None] * 8},
        ],
        "tenants": [
            {**ROW, "name": "vision", "quota_gpus": 4.0, "gpus": 3, "waiting": 300, "waiting_gpus": 600},
            {**ROW, "name": "speech", "weight": 2.0},
        ],
        "running": [job(7, "vision", 3, command="sh -c '\x1b[2J\x9b31m\u202egnp'"), job(9, "speech", 1)],
        "waiting": [job(n, "vision", 2, state="queued", why="needs 2 GPUs") for n in range(10, 110)],
        "ended": [],
    }  # fmt: skip
    return {**shown, **more}


def drawn(shown, width: int, height: int, *, colour: bool = False) -> str:
    file = io.StringIO()
    console = Console(
        file=file, width=width, height=height, highlight=False, force_terminal=colour,
        color_system="truecolor" if colour else None,
    )  # fmt: skip
    console.print(frame(shown, EVENTS, Letters().give(shown["running"]), width=width, height=height))
    return file.getvalue()


def test_gangs_have_letters_that_their_gpus_bear_and_what_is_out_comes_first():
    told = drawn(view(), 120, 60)
    lines = [line.rstrip() for line in told.splitlines()]
    assert lines[0] == "5 of 16 GPUs at work, 3 free, 8 out  policy easy  10:00:30 UTC"
    assert lines[1] == "2 running, 300 queued  3.25 of 18 kW (budget 20 kW)"
    nodes = lines.index("Nodes")
    assert lines[nodes + 2].split() == ["1", "quarantined", "-", "········"]
    assert lines[nodes + 3].split() == ["0", "up", "3", "aaab#···"]
    assert any(line.split()[:5] == ["a", "7", "vision", "3", "30"] for line in lines)
    assert any(line.startswith("Queue: ") and line.endswith(" of 300") for line in lines)
    assert "\x1b" not in told


def test_a_command_cannot_steer_the_terminal():
    told = drawn(view(), 120, 60, colour=True)
    assert "\x1b[2J" not in told
    assert not {"\x9b", "\u202e"} & set(told)
    assert "sh -c '�[2J�31m�gnp'" in told


def test_it_fits_terminals_of_any_width_and_height():
    for width in (30, 50, 80, 200):
        assert max(len(line) for line in drawn(view(), width, 40).splitlines()) <= width
    for height in (30, 40, 60, 100):
        assert len(drawn(view(), 120, height).splitlines()) <= height


def test_an_empty_cluster_says_what_to_do():
    shown = view(counts={}, running=[], waiting=[], tenants=[])
    assert "no jobs yet: gigawatt submit" in drawn(shown, 120, 40)
