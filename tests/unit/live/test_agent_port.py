"""An agent that listens on a port obeys who has the secret, and nobody who has gone silent."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from gigawatt.live.nodes.handshake import MOST_GUESTS, answer
from gigawatt.live.nodes.machine import HELD, STARTED, Machine
from gigawatt.live.nodes.processes import alive
from gigawatt.live.nodes.wire import Link

SECRET = "between us"  # noqa: S105


def until(true, within_s: float = 10.0):
    """Wait for a condition and return what it gave; fail where it does not come."""
    end_s = time.monotonic() + within_s
    while not (told := true()):
        assert time.monotonic() < end_s, "waited in vain"
        time.sleep(0.01)
    return told


class Door:
    """An agent on a port of the loopback, and controllers that knock."""

    def __init__(self, folder: Path, patience_s: float = 60.0) -> None:
        (folder / "nodes").mkdir()
        self.machine = Machine(folder, folder.name, patience_s, address="127.0.0.1", secret=SECRET)
        assert self.machine.revive(0) == STARTED
        self.told = until(lambda: self.machine.door(0))

    def knock(self) -> Link:
        return Link(socket.create_connection(("127.0.0.1", self.told["port"])))

    def come(self, secret: str = SECRET, node: int = 0):
        link = self.knock()
        [asked] = hear(link)
        told, expected = answer(secret, node, asked)
        link.send(told)
        return link, expected, hear(link)


def hear(link: Link) -> list[dict]:
    messages: list[dict] = []
    while link.open and not messages:
        messages += link.receive()
    return messages


@pytest.fixture
def door(tmp_path: Path):
    made = Door(tmp_path)
    yield made
    until(lambda: made.machine.clear(0, made.told["pid"]))
    assert not alive(made.told["pid"])


def test_who_has_the_secret_is_welcome_and_is_shown_that_the_agent_has_it(door):
    link, expected, told = door.come()
    told += hear(link) if len(told) == 1 else []
    assert told[0] == {"proof": expected}
    assert told[1]["hello"] == {"node": 0, "pid": door.told["pid"]}
    until(lambda: door.machine.revive(0) == HELD)


@pytest.mark.parametrize(("secret", "node"), [("another", 0), (SECRET, 1)])
def test_who_has_another_secret_or_means_another_node_is_sent_away(door, secret: str, node: int):
    _, _, told = door.come(secret, node)
    assert told == []
    assert door.come()[2]


def test_an_answer_heard_before_is_worth_nothing(door):
    first = door.knock()
    told, _ = answer(SECRET, 0, hear(first)[0])
    second = door.knock()
    hear(second)
    second.send(told)
    assert hear(second) == []


def test_silent_guests_and_noise_keep_nobody_out(door):
    silent = [door.knock() for _ in range(MOST_GUESTS)]
    for link in silent[:2]:
        link.sock.sendall(b"x" * 10_000)
    silent[2].sock.sendall(b'{"proof": 7}\n')
    until(lambda: door.come()[2])


def test_a_controller_that_does_not_answer_is_none(tmp_path: Path):
    door = Door(tmp_path, patience_s=1.0)
    link, _, _ = door.come()
    end_s = time.monotonic() + 2.5
    while time.monotonic() < end_s:
        for message in link.receive() if _readable(link) else []:
            if "ping" in message:
                link.send({"do": "pong", "ping": message["ping"]})
    assert alive(door.told["pid"])
    until(lambda: not alive(door.told["pid"]))
    until(lambda: door.machine.clear(0, door.told["pid"]))


def _readable(link: Link) -> bool:
    import select

    return bool(select.select([link], [], [], 0.05)[0])
