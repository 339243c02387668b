"""The GPUs of gangs, reserved in Ray as placement groups: one bundle a part, on the very node where it runs.

Ray keeps others' work off them; which GPUs a gang gets is decided by the controller. A group is asked for
once the start is in the journal and before any keeper is prepared, and is removed when the gang has left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock, Thread

from ray.exceptions import RayError
from ray.util.placement_group import (
    PlacementGroup,
    placement_group,
    placement_group_table,
    remove_placement_group,
)

from gigawatt.live.nodes.processes import say
from gigawatt.live.on_ray.seats import Seat
from gigawatt.live.transitions import Job, Place

_LOOK_S = 0.06
"""So long a group waits at first before it is asked for anew, then twice as long, and so on. Ray tries a new
group at once and a waiting one only each second; a removed group's GPUs are free after about 0.05 s. Measured
with Ray 2.60: GPUs that another gang has just left are granted in 0.06 to 0.17 s so, in 0.4 to 1.0 s else."""
_POLL_S = 0.01
_CLOSE_S = 3.0
Key = tuple[int, int]


class Gangs:
    """Placement groups by job and run."""

    def __init__(self, seats: Sequence[Seat], grant_s: float, answer: Callable[[Key, bool], None]) -> None:
        """``answer`` is told of each group, from a thread, whether Ray has granted it in time."""
        self._seats = seats
        self._grant_s = grant_s
        self._answer = answer
        self._groups: dict[Key, PlacementGroup] = {}
        self._wanted: dict[Key, Sequence[Place]] = {}
        self._unanswered: set[Key] = set()
        self._lock = Lock()
        self._at_work = 0

    def reserve(self, job: Job, *, again: bool) -> None:
        """Ask for a gang's GPUs; ``again``: it runs on them already, and needs no answer."""
        key = (job.id, job.attempt)
        self._wanted[key] = job.places
        if again:
            self._work(self._regain, key, job.places)
        else:
            self._unanswered.add(key)
            self._work(self._reserve, key, job.places)

    def release(self, key: Key) -> None:
        """Give a gang's GPUs back."""
        self._unanswered.discard(key)
        if self._wanted.pop(key, None) is not None:
            self._work(self._remove, key)

    def give_up(self, key: Key) -> None:
        """Deny what Ray itself has not answered: it may be gone."""
        if key in self._unanswered:
            self._unanswered.discard(key)
            self._answer(key, False)  # noqa: FBT003 - a callable's argument has no name

    def close(self) -> None:
        """Give all back that was not; Ray itself does so when this process ends."""
        self._wanted.clear()
        end_s = time.monotonic() + _CLOSE_S
        while self._at_work and time.monotonic() < end_s:
            time.sleep(_POLL_S)
        for key in list(self._groups):
            self._remove(key)

    def _work(self, what: Callable[..., object], *words: object) -> None:
        """Do something that waits for Ray; no thread of it may keep this process from ending."""

        def work() -> None:
            try:
                what(*words)
            except (RayError, RuntimeError, ValueError) as error:
                say(f"a placement group is left to Ray: {error}")
            finally:
                with self._lock:
                    self._at_work -= 1

        with self._lock:
            self._at_work += 1
        Thread(target=work, daemon=True).start()

    def _reserve(self, key: Key, places: Sequence[Place]) -> None:
        end_s = time.monotonic() + self._grant_s
        look_s = _LOOK_S
        granted = False
        while key in self._wanted and not granted and time.monotonic() < end_s:
            self._remove(key)
            granted = self._is_granted(self._begin(key, places), min(look_s, end_s - time.monotonic()))
            look_s = min(2 * look_s, 2.0)
        if not granted or key not in self._wanted:
            self._remove(key)
        if key in self._unanswered:
            self._unanswered.discard(key)
            self._answer(key, granted)

    def _regain(self, key: Key, places: Sequence[Place]) -> None:
        self._begin(key, places)
        if key not in self._wanted:  # it has left meanwhile
            self._remove(key)

    def _begin(self, key: Key, places: Sequence[Place]) -> PlacementGroup:
        seats = [self._seats[node] for node, _ in places]
        hosts = [seat.host for seat in seats]
        pins = [seat.pin for seat in seats]
        group: PlacementGroup = placement_group(
            [seat.bundle(len(slots)) for seat, (_, slots) in zip(seats, places, strict=True)],
            strategy="STRICT_SPREAD" if len(set(hosts)) == len(hosts) else "PACK",
            name=f"gigawatt-{key[0]}-{key[1]}",
            bundle_label_selector=pins if any(pins) else None,
        )
        with self._lock:
            self._groups[key] = group
        return group

    def _is_granted(self, group: PlacementGroup, within_s: float) -> bool:
        end_s = time.monotonic() + within_s
        while placement_group_table(group).get("state") != "CREATED":
            if time.monotonic() > end_s:
                return False
            time.sleep(_POLL_S)
        return True

    def _remove(self, key: Key) -> None:
        with self._lock:
            group = self._groups.pop(key, None)
        if group is not None:
            remove_placement_group(group)
