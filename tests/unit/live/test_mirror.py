"""Logs of machines that do not have the state folder are brought whole, and once."""

from __future__ import annotations

from pathlib import Path

import pytest

from gigawatt.live.nodes import mirror
from gigawatt.live.nodes.mirror import Mirror, Source, log_file, piece_of

SOURCE = Source(3, 7, 1, 2)


class Pair:
    """An agent's folder, and a mirror of it whose questions the test carries over."""

    def __init__(self, folder: Path) -> None:
        self.there, self.here = log_file(folder / "far", 7, 1, 2), log_file(folder / "near", 7, 1, 2)
        self.there.parent.mkdir(parents=True)
        self.asked: list[dict] = []
        self.mirror = Mirror(folder / "near", lambda _, message: self.asked.append(message))

    def carry(self) -> int:
        self.mirror.ask(3)
        count = 0
        while self.asked:
            self.mirror.take(3, piece_of(self.asked.pop(0))["log"])
            count += 1
        return count


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = Pair(tmp_path)
    monkeypatch.chdir(tmp_path / "far")
    monkeypatch.setattr(mirror, "PIECE_BYTES", 10)
    return made


def test_a_log_is_followed_piece_by_piece_until_its_rank_has_ended(pair):
    pair.mirror.follow([SOURCE], ended=False)
    assert pair.carry() == 1
    assert not pair.here.exists()
    pair.there.write_bytes(b"x" * 25)
    assert pair.carry() == 4
    pair.there.write_bytes(b"x" * 25 + b"end")
    pair.mirror.follow([SOURCE], ended=True)
    assert pair.mirror.is_behind()
    pair.carry()
    assert pair.here.read_bytes() == pair.there.read_bytes()
    assert not pair.mirror.is_behind()
    assert pair.carry() == 0


def test_what_comes_twice_is_kept_once_and_what_nobody_asked_for_not_at_all(pair):
    pair.there.write_bytes(b"0123456789")
    pair.mirror.take(3, piece_of({"job": 7, "attempt": 1, "rank": 2, "offset": 0})["log"])
    assert not pair.here.exists()
    pair.mirror.follow([SOURCE], ended=False)
    pair.mirror.ask(3)
    pair.mirror.ask(3)
    pair.carry()
    assert pair.here.read_bytes() == b"0123456789"
