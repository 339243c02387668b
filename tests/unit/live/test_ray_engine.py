"""The engine on Ray without Ray: which nodes there are, and when one that is silent is clear."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gigawatt.kernel.errors import InputError
from gigawatt.live.nodes.machine import AWAY
from gigawatt.live.on_ray import engine as module
from gigawatt.live.on_ray.engine import MARGIN_S, RayEngine
from gigawatt.live.on_ray.host import HERE, Host, node_folder
from gigawatt.live.on_ray.seats import find_seats, take_seats
from gigawatt.live.settings import Settings


def node(name: str, alive: bool = True, **resources: float):
    return {
        "Alive": alive, "NodeID": f"id-{name}", "NodeName": name, "NodeManagerAddress": "10.0.0.1",
        "Resources": {"CPU": 8.0, **resources},
    }  # fmt: skip


def test_nodes_with_gpus_are_taken_by_their_names_and_virtual_ones_by_number():
    found = find_seats([
        node("b", GPU=4), node("a", gigawatt_gpu=2), node("cpu"), node("gone", alive=False, GPU=8),
        node("v", gigawatt_node_10=8, gigawatt_node_2=8, GPU=1),
    ])  # fmt: skip
    assert [(seat.name, seat.gpus, seat.resource) for seat in found] == [
        ("a", 2, "gigawatt_gpu"), ("b", 4, "GPU"),
        ("gigawatt_node_2", 8, "gigawatt_node_2"), ("gigawatt_node_10", 8, "gigawatt_node_10"),
    ]  # fmt: skip
    assert found[1].pin == {"ray.io/node-id": "id-b"}
    assert found[2].pin == {}


def test_two_nodes_of_one_name_are_refused():
    with pytest.raises(InputError, match="GW892"):
        find_seats([node("a", GPU=4), node("a", GPU=4)])


def test_nodes_keep_their_numbers_and_no_more_are_taken_than_wanted():
    found = find_seats([node("a", GPU=8), node("c", GPU=4)])
    seats = take_seats(found, [("b", 8), ("c", 8)], most_nodes=0, most_gpus=6)
    assert [(seat.name, seat.gpus, seat.host) for seat in seats] == [
        ("b", 6, ""), ("c", 4, "id-c"), ("a", 6, "id-a")
    ]  # fmt: skip
    assert [seat.name for seat in take_seats(found, [], most_nodes=1)] == ["a"]
    before = [("b", 8), ("c", 8)]
    assert [seat.name for seat in take_seats(found, before, most_nodes=1)] == ["b", "c"]


class Silent(RayEngine):
    """An engine whose hosts never answer, on a clock of the test's."""

    def __init__(self) -> None:
        self.settings = Settings(1, 8, patience_s=60.0)
        self._lost_s = {}

    async def _ask(self, *_: object) -> object:
        raise ConnectionError("away")

    async def _look_for(self, node: int) -> None:
        """Nobody comes again."""


def test_a_node_that_cannot_be_asked_is_clear_only_when_its_agent_has_ended_all(monkeypatch):
    now_s = 100.0
    monkeypatch.setattr(module, "monotonic_s", lambda: now_s)
    silent = Silent()
    assert asyncio.run(silent.revive(0)) == AWAY
    assert not asyncio.run(silent.clear(0, 7))
    now_s = 100.0 + 60.0 + MARGIN_S
    assert not asyncio.run(silent.clear(0, 7))
    now_s += 0.1
    assert asyncio.run(silent.clear(0, 7))


def test_a_host_uses_the_state_folder_only_where_it_is_that_very_one(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("GIGAWATT_NODE_DIR", raising=False)
    state, own = tmp_path / "state", tmp_path / "own"
    (state / "nodes").mkdir(parents=True)
    (state / HERE).write_text("token", encoding="utf-8")
    assert Host("id", str(state), "token", 60.0, "s", "127.0.0.1").sees_state
    monkeypatch.setenv("GIGAWATT_NODE_DIR", str(own))
    assert not Host("id", str(state), "token", 60.0, "s", "127.0.0.1").sees_state
    assert (own / "id" / "nodes").is_dir()
    assert own.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_write_is_not_used_for_locks(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("GIGAWATT_NODE_DIR", str(tmp_path / "open"))
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(PermissionError, match="somebody else"):
        node_folder("id")
