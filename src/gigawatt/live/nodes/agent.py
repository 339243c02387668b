"""A node's agent: parts of gangs on one node, on behalf of a controller that may come and go.

    python -m gigawatt.live.nodes.agent STATE_DIR NODE PATIENCE_S [ADDRESS]

It listens on ``nodes/N.sock`` and holds ``nodes/N.lock``, which its keepers inherit: whoever can take that
lock knows that nothing of the node is left. Without a controller it goes on for its patience, then ends all.

With an address it listens on a port there, which it writes to ``nodes/N.port``, for a controller that may be
on another machine and proves that it has the secret, a line on the agent's standard input. It leaves the
process that started it, and asks its controller from time to time: one that does not answer is none.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gigawatt.live.clock import monotonic_s
from gigawatt.live.nodes.handshake import MOST_GUESTS, Guest
from gigawatt.live.nodes.keeper import CANNOT_START, run_keeper
from gigawatt.live.nodes.lock import Lock
from gigawatt.live.nodes.mirror import piece_of
from gigawatt.live.nodes.part import DONE, Part
from gigawatt.live.nodes.processes import adopt_orphans, end_descendants, fork, reap
from gigawatt.live.nodes.wire import Link, Message, write_private

NODE_TAKEN = 3
"""Exit code of an agent whose node's lock another process has."""
Key = tuple[int, int]
"""A job and the number of its run."""


@dataclass(slots=True)
class Held:
    """A part as its agent knows it; kept after its end until the controller has taken note."""

    part: Part
    link: Link
    keeper: int
    phase: str = "new"
    codes: dict[str, int] = field(default_factory=dict)

    def told(self) -> Message:
        """What the controller is told of it."""
        key = {"job": self.part.job, "attempt": self.part.attempt}
        return {"part": {**key, "phase": self.phase, "codes": self.codes}}


class Agent:
    """One node, in a process of its own."""

    def __init__(self, node: int, patience_s: float, address: str = "", secret: str = "") -> None:
        self.node = node
        self.patience_s = patience_s
        self.parts: dict[Key, Held] = {}
        self._address = address
        self._secret = secret
        self._controller: Link | None = None
        self._heard_s = monotonic_s()
        """When there was a controller at the latest."""
        self._asked_s: list[float] = []
        """When the controller was asked whether it is there, and has not answered."""
        self._selector = selectors.DefaultSelector()
        family = (socket.AF_INET6 if ":" in address else socket.AF_INET) if address else socket.AF_UNIX
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._guests: list[Guest] = []
        self._ended = False

    def live(self) -> None:
        """Serve until told to quit, or left alone for too long; leave no process behind."""
        adopt_orphans()
        # A relative name: the path of a socket must be short, a state folder's need not be.
        name = f"nodes/{self.node}.{'port' if self._address else 'sock'}"
        Path(name).unlink(missing_ok=True)
        self._listener.bind((self._address, 0) if self._address else name)
        self._listener.listen()
        if self._address:
            write_private(Path(name), {"port": self._listener.getsockname()[1], "pid": os.getpid()})
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._quit)
        self._selector.register(woken, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        try:
            while not self._ended:
                self._step()
        finally:
            end_descendants()
            Path(name).unlink(missing_ok=True)

    def _quit(self, *_: object) -> None:
        self._ended = True

    def _step(self) -> None:
        for key, _ in self._selector.select(1.0):
            if key.fileobj is self._listener:
                self._open_door()
            elif isinstance(key.data, Guest):
                self._admit(key.data)
            elif key.fileobj is self._controller:
                self._obey()
            elif isinstance(key.data, Held):
                self._hear(key.data)
        if self._controller is not None and not self._controller.open:
            self._selector.unregister(self._controller)
            self._controller.close()
            self._controller = None
        if self._address:
            for guest in [one for one in self._guests if one.is_late()]:
                self._send_away(guest)
            self._ask_controller()
        elif self._controller is not None:
            self._heard_s = monotonic_s()
        if monotonic_s() - self._heard_s > self.patience_s:
            self._ended = True

    def _ask_controller(self) -> None:
        """Ask whether there is one: what it answers was asked before, however late it comes."""
        now_s = monotonic_s()
        due = not self._asked_s or now_s - self._asked_s[-1] > min(self.patience_s / 4, 5.0)
        if self._controller is not None and due:
            self._asked_s.append(now_s)
            self._controller.send({"ping": now_s})

    def _open_door(self) -> None:
        """Somebody knocks: at this machine's own socket the controller; at a port it has to prove it."""
        with suppress(OSError):
            sock, _ = self._listener.accept()
            if not self._address:
                self._welcome(sock)
                return
            guest = Guest(sock, self.node, self._secret)
            if len(self._guests) >= MOST_GUESTS:
                sock.close()
                return
            self._guests.append(guest)
            self._selector.register(sock, selectors.EVENT_READ, guest)
            guest.challenge_it()

    def _admit(self, guest: Guest) -> None:
        proved = guest.hear()
        if proved is False:
            self._send_away(guest)
        elif proved:
            self._selector.unregister(guest.sock)
            self._guests.remove(guest)
            self._heard_s = max(self._heard_s, guest.since_s)
            self._welcome(guest.sock)

    def _send_away(self, guest: Guest) -> None:
        self._selector.unregister(guest.sock)
        self._guests.remove(guest)
        guest.sock.close()

    def _welcome(self, sock: socket.socket) -> None:
        """A controller came; an earlier one has nothing to say any more."""
        if self._controller is not None:
            self._selector.unregister(self._controller)
            self._controller.close()
        self._controller = Link(sock)
        self._asked_s.clear()
        self._selector.register(self._controller, selectors.EVENT_READ)
        parts = [held.told()["part"] for held in self.parts.values()]
        self._controller.send({"hello": {"node": self.node, "pid": os.getpid()}, "parts": parts})

    def _obey(self) -> None:
        if self._controller is None:
            return
        for message in self._controller.receive():
            word = message["do"]
            if word == "prepare":
                self._prepare(Part.from_data(message["part"]))
            elif word == "ping":
                self._controller.send({"pong": self.node})
            elif word == "read":
                self._controller.send(piece_of(message))
            elif word == "pong":
                self._answered(float(message["ping"]))
            elif word == "quit":
                self._ended = True
            else:
                self._pass_on(word, message)

    def _answered(self, asked_s: float) -> None:
        if asked_s in self._asked_s:
            self._heard_s = max(self._heard_s, asked_s)
            self._asked_s = [at_s for at_s in self._asked_s if at_s > asked_s]

    def _pass_on(self, word: str, message: Message) -> None:
        key = (message["job"], message["attempt"])
        held = self.parts.get(key)
        if held is None:
            return
        if word == "forget":
            if held.phase == DONE:
                del self.parts[key]
        elif held.phase != DONE:
            held.link.send(message)

    def _prepare(self, part: Part) -> None:
        key = (part.job, part.attempt)
        if key in self.parts:
            return
        ours, theirs = socket.socketpair()
        others = [self._listener, self._controller, self._selector, ours]
        others += [guest.sock for guest in self._guests]
        # A copy of a socket that stays open hides the end of who had it.
        others += [held.link for held in self.parts.values() if held.phase != DONE]
        agent = os.getpid()
        pid = fork()
        if pid is None:
            for end in (ours, theirs):
                end.close()
            if self._controller is not None:
                codes = {str(part.first_rank): CANNOT_START}
                told = {"job": part.job, "attempt": part.attempt, "phase": DONE, "codes": codes}
                self._controller.send({"part": told})
            return
        if pid == 0:
            for one in others:
                if one is not None:
                    one.close()
            run_keeper(part, theirs, agent)
        theirs.close()
        held = Held(part, Link(ours), pid)
        self.parts[key] = held
        self._selector.register(held.link, selectors.EVENT_READ, held)

    def _hear(self, held: Held) -> None:
        """Take what a keeper says, and tell the controller; a keeper's end is its part's end."""
        for message in held.link.receive():
            held.codes = message["codes"]
            if message["phase"] != DONE:  # it is done when the keeper has ended
                held.phase = message["phase"]
        if not held.link.open:
            self._selector.unregister(held.link)
            held.link.close()
            self._bury(held)
        if self._controller is not None:
            self._controller.send(held.told())

    def _bury(self, held: Held) -> None:
        """A keeper has closed its end: wait for its exit, and end what a killed one has left behind."""
        with suppress(ChildProcessError):
            os.waitpid(held.keeper, 0)
        end_descendants(frozenset(h.keeper for h in self.parts.values() if h.phase != DONE and h is not held))
        held.phase = DONE


def main(folder: str, node: str, patience_s: str, address: str = "") -> int:
    """Run a node's agent; 3 where another one has not ended."""
    os.chdir(folder)
    lock = Lock(Path("nodes") / f"{int(node)}.lock")
    if not lock.take():
        return NODE_TAKEN
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    secret = sys.stdin.readline().strip() if address else ""
    # What Ray ends it ends with its children; an agent ends by its own rules.
    if address and fork() != 0:
        return 0
    Agent(int(node), float(patience_s), address, secret).live()
    reap()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
