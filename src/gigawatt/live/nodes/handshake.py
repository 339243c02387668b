"""How a controller and an agent on another machine know each other: each proves that it has the secret.

    agent       -> {"challenge": A}
    controller  -> {"challenge": C, "proof": HMAC(secret, "controller", node, A, C)}
    agent       -> {"proof": HMAC(secret, "agent", node, A, C)}

The secret itself is never sent. What follows is neither signed nor encrypted: the network between the
machines is trusted with it, as with Ray's own traffic.
"""

from __future__ import annotations

import hmac
import secrets
import socket
from dataclasses import dataclass, field

from gigawatt.live.clock import monotonic_s
from gigawatt.live.nodes.wire import BrokenMessageError, Lines, Message, pack

MOST_GUESTS = 16
"""So many may knock at an agent's door at once."""
_PATIENCE_S = 5.0
_MOST_BYTES = 4096


def prove(secret: str, who: str, node: int, challenges: tuple[str, str]) -> str:
    """Return the proof of having the secret, of one side in one conversation.

    >>> prove("s", "agent", 0, ("a", "c")) == prove("s", "controller", 0, ("a", "c"))
    False
    """
    told = "|".join([who, str(node), *challenges])
    return hmac.new(secret.encode(), told.encode(), "sha256").hexdigest()


def answer(secret: str, node: int, asked: Message) -> tuple[Message, str]:
    """A controller's answer to an agent's challenge, and the proof that it expects then."""
    theirs, ours = str(asked.get("challenge", "")), secrets.token_hex(16)
    both = (theirs, ours)
    return {"challenge": ours, "proof": prove(secret, "controller", node, both)}, prove(
        secret, "agent", node, both
    )


@dataclass(slots=True)
class Guest:
    """Who knocks at an agent's door, and has not proved yet to be its controller."""

    sock: socket.socket
    node: int
    secret: str
    challenge: str = field(default_factory=lambda: secrets.token_hex(16))
    since_s: float = field(default_factory=monotonic_s)
    """When it was challenged: it cannot have answered before."""
    _lines: Lines = field(default_factory=Lines)
    _bytes: int = 0

    def challenge_it(self) -> None:
        """Send the challenge."""
        self.sock.settimeout(0.0)
        self._say({"challenge": self.challenge})

    def hear(self) -> bool | None:
        """Read what is there: True where it has proved itself, False where it is to be sent away."""
        try:
            data = self.sock.recv(_MOST_BYTES)
            self._bytes += len(data)
            if not data or self._bytes > _MOST_BYTES:
                return False
            messages = self._lines.feed(data)
        except (OSError, BrokenMessageError):
            return False
        if not messages:
            return None
        both = (self.challenge, str(messages[0].get("challenge", "")))
        told = str(messages[0].get("proof", ""))
        if len(messages) > 1 or not hmac.compare_digest(
            told.encode(), prove(self.secret, "controller", self.node, both).encode()
        ):
            return False
        return self._say({"proof": prove(self.secret, "agent", self.node, both)})

    def is_late(self) -> bool:
        """Whether it has taken too long."""
        return monotonic_s() - self.since_s > _PATIENCE_S

    def _say(self, message: Message) -> bool:
        try:
            # So little fits the empty buffer of a new connection.
            self.sock.sendall(pack(message))
        except OSError:
            return False
        return True
