"""What the gangs of a recorded cluster drew, beside its power budget, whenever something changed."""

from __future__ import annotations

from gigawatt.live.power import Budget
from gigawatt.live.transitions import Event
from gigawatt.live.twin.journal import Recording


def overdraws(recording: Recording, power: Budget) -> tuple[int, list[tuple[float, float, float]]]:
    """Return at how many moments it was looked, and those at which gangs drew too much.

    A gang counts from its start until the word that nothing of it is left. It is looked at before and after
    everything that happens, and at the beginning of every step of the budget.

    Returns
    -------
    tuple
        The count of moments; time, drawn and allowed power in kW of those with too much.
    """
    last_s = recording.now_s
    steps = range(len(power.budget_kw))
    moments: list[tuple[float, Event | None]] = [(power.from_s + k * power.step_s, None) for k in steps]
    moments = [moment for moment in moments if moment[0] <= last_s]
    moments += [(event.at_s, event) for event in recording.events if event.at_s >= power.from_s]
    held = _held_before(recording, power.from_s)
    found = []

    def look(at_s: float) -> None:
        drawn_kw = power.drawn_kw(recording.gpus, sum(held.values()))
        allowed_kw = power.at_kw(at_s)
        if held and drawn_kw > allowed_kw * (1.0 + 1e-9):
            found.append((at_s, drawn_kw, allowed_kw))

    for at_s, event in sorted(moments, key=lambda moment: (moment[0], moment[1] is not None)):
        look(at_s)
        if event is not None:
            _take(held, event)
            look(at_s)
    return 2 * len(moments), found


def _held_before(recording: Recording, from_s: float) -> dict[int, int]:
    held: dict[int, int] = {}
    for event in recording.events:
        if event.at_s < from_s:
            _take(held, event)
    return held


def _take(held: dict[int, int], event: Event) -> None:
    if event.job is None:
        return
    if event.kind == "started":
        held[event.job] = sum(len(slots) for _, slots in event.data["places"])
    elif event.kind in {"stopped", "finished"}:
        held.pop(event.job, None)
