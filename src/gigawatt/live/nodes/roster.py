"""The nodes of a cluster: which agents are there, which nodes take jobs, which GPUs are free."""

from __future__ import annotations

from collections.abc import Iterable

from gigawatt.live.nodes.seen import CLEAR, CONNECTED, CONNECTING, GONE
from gigawatt.live.settings import Settings
from gigawatt.live.store import Store
from gigawatt.live.transitions import AWAY, QUARANTINED, UP, Event, Job, Node


class Roster:
    """What is known of the nodes, and what of it is not in the journal yet."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.agents = dict.fromkeys(range(settings.nodes), CONNECTING)
        """The state of each node's agent."""
        self.closing = False
        """True when the cluster goes down: the end of an agent is no loss then."""
        self._store = store
        self._settings = settings
        self._news: list[tuple[int, int]] = []
        """Nodes, and the process of the agent that came; 0: it was lost."""

    def came(self, node: int, pid: int) -> None:
        """An agent answers."""
        self.agents[node] = CONNECTED
        self._news.append((node, pid))

    def gone(self, node: int) -> None:
        """The connection to an agent broke: its processes may still run."""
        self.agents[node] = GONE
        self._news.append((node, 0))

    def clear(self, node: int) -> None:
        """Nothing of a node is left: its lock could be taken."""
        self.agents[node] = CLEAR

    def write_news(self, now_s: float) -> bool:
        """Journal what happened to agents; true where something did."""
        if not self._news:
            return False
        nodes = dict(self._store.nodes)
        events = []
        for node, pid in self._news:
            old = nodes.get(node, Node(node))
            losses_s = [at for at in old.losses_s if at > now_s - self._settings.quarantine_s]
            losses_s += [] if pid or self.closing else [now_s]
            state = old.state
            if state in {UP, AWAY}:
                state = UP if pid else AWAY
                if not pid and len(losses_s) >= self._settings.quarantine_after and not self.closing:
                    state = QUARANTINED
            events.append(self._event(node, state, pid, losses_s, now_s))
            nodes[node] = Node(node, state, pid, tuple(losses_s))
        self._store.append(events)
        self._news.clear()
        return True

    def set_state(self, node: int, state: str, now_s: float) -> None:
        """Drain a node, or take it back with a clean record."""
        old = self._store.nodes.get(node, Node(node))
        if state == UP and self.agents[node] != CONNECTED:
            state = AWAY
        losses_s = [] if state in {UP, AWAY} else list(old.losses_s)
        self._store.append([self._event(node, state, old.pid, losses_s, now_s)])

    def usable(self, node: int) -> bool:
        """Whether a node takes jobs."""
        known = self._store.nodes.get(node)
        return known is not None and known.state == UP and self.agents[node] == CONNECTED

    def free(self, running: Iterable[Job]) -> dict[int, frozenset[int]]:
        """GPUs that can be given out, by node; nodes that take no jobs left out."""
        taken = self._taken(running)
        return {node: self._every(node) - taken[node] for node in self.agents if self.usable(node)}

    def out_gpus(self, running: Iterable[Job]) -> int:
        """GPUs that no job holds on nodes that take no jobs."""
        taken = self._taken(running)
        return sum(len(self._every(node) - taken[node]) for node in self.agents if not self.usable(node))

    def _every(self, node: int) -> frozenset[int]:
        return frozenset(range(self._settings.gpus_of(node)))

    def _taken(self, running: Iterable[Job]) -> dict[int, set[int]]:
        taken: dict[int, set[int]] = {node: set() for node in self.agents}
        for job in running:
            for node, slots in job.places:
                taken[node] |= set(slots)
        return taken

    def _event(self, node: int, state: str, pid: int, losses_s: list[float], now_s: float) -> Event:
        return self._store.event("node", now_s, node=node, state=state, pid=pid, losses_s=losses_s)
