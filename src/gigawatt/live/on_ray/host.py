"""What a cluster has on each Ray node: an actor that starts the agents of its nodes and looks after them.

The agents are processes of their own, and outlive it: a gang does not depend on a worker of Ray's.
"""

from __future__ import annotations

import os
from pathlib import Path

from gigawatt import __version__
from gigawatt.live.nodes.machine import Machine
from gigawatt.live.nodes.part import MARK

HERE = "nodes/here"
"""File of the state folder by which a host knows whether it sees that very folder."""


def raylet_environment() -> dict[str, str]:
    """Return the environment in which Ray was started on this machine, without Ray's own variables.

    A worker's own would not do: Ray hides GPUs from it and lets it have one thread.
    """
    raylet = os.environ.get("RAY_RAYLET_PID", "self")
    words = Path(f"/proc/{raylet}/environ").read_bytes().split(b"\0")
    pairs = (os.fsdecode(word).partition("=") for word in words if b"=" in word)
    return {name: value for name, _, value in pairs if not name.startswith("RAY_") and name != MARK}


def node_folder(cluster: str) -> Path:
    """Return where a machine keeps locks and logs, on a disk of its own, that does not use the state folder.

    GIGAWATT_NODE_DIR says where; else it is under /var/tmp.

    Raises
    ------
    PermissionError
        The folder belongs to somebody else.
    """
    base = Path(os.environ.get("GIGAWATT_NODE_DIR") or f"/var/tmp/gigawatt-{os.getuid()}")  # noqa: S108
    folder = base / cluster
    for one in (base, folder):
        one.mkdir(parents=True, exist_ok=True, mode=0o700)
        seen = one.lstat()
        if seen.st_uid != os.getuid() or seen.st_mode & 0o022:
            raise PermissionError(f"{one} belongs to or may be written by somebody else")
    return folder


class Host:
    """The agents of the nodes that a Ray node stands for."""

    def __init__(
        self, cluster: str, state: str, token: str, patience_s: float, secret: str, address: str
    ) -> None:
        told = "GIGAWATT_NODE_DIR" in os.environ
        self.sees_state = not told and _read(Path(state) / HERE) == token
        """Whether the controller's own folder is here, and used: one machine."""
        folder = Path(state) if self.sees_state else node_folder(cluster)
        (folder / "nodes").mkdir(exist_ok=True)
        self._machine = Machine(
            folder, cluster, patience_s, address=address, secret=secret, environment=raylet_environment()
        )

    def about(self) -> dict[str, object]:
        """Say who this is."""
        return {"version": __version__, "pid": os.getpid(), "sees_state": self.sees_state}

    def revive(self, node: int) -> str:
        """See that an agent that does not answer comes."""
        return self._machine.revive(node)

    def clear(self, node: int, pid: int) -> bool:
        """End what is left of a node."""
        return self._machine.clear(node, pid)

    def end(self, node: int, pid: int) -> None:
        """Kill a node's agent."""
        self._machine.end(node, pid)

    def port(self, node: int) -> int:
        """Return where a node's agent listens; 0: it has not said."""
        return self._machine.door(node).get("port", 0)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
