"""The whole answer of a twin: what was measured, what was predicted, and what a reader must know."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gigawatt.live.twin.compare import compare, rows
from gigawatt.live.twin.energy import energy
from gigawatt.live.twin.journal import Recording, read_recording
from gigawatt.live.twin.predict import Prediction, predict
from gigawatt.live.twin.record import NOT_TOLD_S, Measured, measure
from gigawatt.live.twin.starts import StartTimes, learn
from gigawatt.results.folder import plain


@dataclass(frozen=True, slots=True)
class Twin:
    """A cluster's journal beside the simulation."""

    recording: Recording
    measured: Measured
    predictions: tuple[Prediction, ...]
    """With measured run times, and with estimated ones."""
    starts: StartTimes | None = None
    """What starts were taken to cost in the second."""

    def answer(self) -> dict[str, Any]:
        """Return what ``gigawatt twin --json`` prints."""
        schedule = self.measured.schedule
        held_h = float(((s := self.predictions[0].schedule.runs).end_s - s.start_s) @ s.gpus) / 3600.0
        found: dict[str, Any] = plain(
            {
                "run": str(self.recording.folder),
                "is_up": self.recording.is_up,
                "policy": self.recording.policy or None,
                "nodes": self.recording.nodes,
                "gpus": self.recording.gpus,
                "jobs": len(schedule.jobs),
                "seconds": schedule.end_of_simulation_s,
                "measured": schedule.summary(),
                "starts": None if self.starts is None else asdict(self.starts),
                "predictions": [compare(self.measured, one) for one in self.predictions],
                "energy": energy(self.recording, self.measured, held_h),
                "by_job": rows(self.measured, list(self.predictions)),
                "notes": self.notes(),
            }
        )
        found["measured"].pop("wall_s")
        return found

    def notes(self) -> list[str]:
        """Say what a reader must know of the comparison."""
        measured = self.measured
        found = []
        if measured.withdrawn:
            found.append(f"{_jobs(measured.withdrawn)} cancelled before running; left out")
        if measured.no_estimate:
            hours = NOT_TOLD_S / 3600.0
            found.append(
                f"{_jobs(measured.no_estimate)} without --estimate and --time-limit: {hours:g} h is assumed, "
                "by the policies too"
            )
        going_on = int((~measured.schedule.ended).sum())
        if going_on:
            found.append(f"{_jobs(going_on)} not ended; the predictions let them go on by estimates")
        if measured.interruptions:
            told = ", ".join(f"{text} ({count:,})" for text, count in measured.interruptions.items())
            found.append(f"not in the prediction: {told}")
        if measured.schedule.fates.lost:
            found.append(
                "work lost to faults is counted as whole runs: what was saved in checkpoints is not known"
            )
        if self.recording.is_up:
            found.append("the cluster is up: its jobs are compared until now")
        return found


def _jobs(count: int) -> str:
    return f"{count:,} job{'' if count == 1 else 's'}"


def twin_of(folder: Path, policy: str = "", starts_from: Path | None = None) -> Twin:
    """Read a cluster's journal and simulate it.

    Parameters
    ----------
    folder
        Its state folder; the cluster may be up.
    policy
        Predict for another policy than its own.
    starts_from
        State folder of a cluster on the same machines that ran probes: how long starts take is learnt there
        (:func:`gigawatt.live.twin.starts.learn`) and added to estimated run times. Default: no time.

    Raises
    ------
    InputError
        GW802, GW853: no journal; GW854: it does not say its policy; GW855: no job ever ran or waits in it;
        GW859: the probes do not tell how long a start takes.
    """
    from gigawatt.kernel.errors import InputError, Problem

    recording = read_recording(folder)
    measured = measure(recording)
    if not len(measured.schedule.jobs):
        seen = "no job has run on this cluster yet, and none waits"
        raise InputError(Problem("GW855", seen, "submit some first", file=str(folder)))
    starts = None if starts_from is None else learn(read_recording(starts_from))
    kinds = ("measured", "estimated")
    predictions = tuple(predict(recording, measured, kind, policy, starts) for kind in kinds)
    return Twin(recording, measured, predictions, starts)
