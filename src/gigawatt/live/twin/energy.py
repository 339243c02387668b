"""Energy that a cluster's machine used, as its counters told, beside what a model of its power says."""

from __future__ import annotations

from typing import Any

from gigawatt.live.twin.journal import Recording
from gigawatt.live.twin.record import Measured

_JOULES_PER_KWH = 3.6e6


def energy(recording: Recording, measured: Measured, predicted_busy_gpu_h: float) -> dict[str, Any]:
    """Return measured energy by source, and what a power budget's two figures say; None: not known.

    Parameters
    ----------
    recording, measured
        A cluster's journal, and what follows from it.
    predicted_busy_gpu_h
        GPU-hours that gangs hold in the prediction.

    Notes
    -----
    RAPL and NVML count what the whole machine uses, not the gangs alone. Nothing is estimated where they
    cannot be read. The model needs the draw of a GPU, which only a power budget tells.
    """
    by_source: dict[str, float] = {}
    first_s: dict[str, float] = {}
    last_s: dict[str, float] = {}
    for at_s, source, joules in recording.energy:
        by_source[source] = by_source.get(source, 0.0) + joules
        first_s.setdefault(source, at_s)
        last_s[source] = at_s
    told = {source: joules / _JOULES_PER_KWH for source, joules in by_source.items()}
    answer: dict[str, Any] = {
        "measured_kwh": told or None,
        "until_s": max(last_s.values(), default=None),
        "predicted_kwh": None,
        "why_not": "" if told else "neither RAPL (/sys/class/powercap) nor NVML could be read",
    }
    power = recording.power
    if power is not None:
        more_kw = power.busy_kw_per_gpu - power.idle_kw_per_gpu
        hours = measured.schedule.end_of_simulation_s / 3600.0
        answer["predicted_kwh"] = (
            power.idle_kw_per_gpu * recording.gpus * hours + more_kw * predicted_busy_gpu_h
        )
    return answer
