"""Supply beside what was reported: installed GPUs by date, and how long a build-out took.

Deliveries are inputs dated from the same sources, so these rows test that halls and crews neither invent
nor lose a GPU and delay none by more than the tolerance; they do not prove a date.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from gigawatt.validation.campus import campus_and_builds
from gigawatt.validation.rows import ValidationRow

INSTALLED: tuple[tuple[str, date, float, str], ...] = (
    ("colossus-1", date(2024, 8, 11), 25_000.0, "xAI via Epoch AI"),
    ("colossus-1", date(2024, 9, 2), 100_000.0, "Musk via Epoch AI"),
    ("colossus-1", date(2025, 2, 17), 200_000.0, "techjuice; muskwatch; Epoch AI"),
    ("colossus-1", date(2025, 6, 30), 230_000.0, "SemiAnalysis, September 2025"),
    ("colossus-1", date(2025, 7, 22), 230_000.0, "Epoch AI"),
    ("colossus-2", date(2025, 10, 19), 110_000.0, "Epoch AI, after SpaceX S-1"),
    ("colossus-2", date(2026, 4, 6), 220_000.0, "Epoch AI, after SpaceX S-1"),
    ("colossus-2", date(2026, 7, 1), 440_000.0, "Epoch AI, after SpaceX S-1"),
)
NOTE = "deliveries are inputs dated from the same sources; halls and crews are not"


def rows(shared: Path | None) -> list[ValidationRow]:  # noqa: ARG001 - one signature for all models
    """Return the supply rows; they need no measured data beside the repository."""
    campus, builds = campus_and_builds()
    found = []
    for site, day, published, source in INSTALLED:
        total = builds[site].built.installed.sum(axis=1)
        found.append(
            ValidationRow(
                model="supply",
                group="GPUs installed",
                quantity=f"GPUs installed, {site}, {day}",
                published=published,
                modelled=float(total[campus.clock.day_index(day)]),
                tolerance=0.05,
                relative=True,
                source=source,
                note=NOTE,
            )
        )
    installed = builds["colossus-1"].built.installed.sum(axis=1)
    first = int(np.argmax(installed > 0))
    full = int(np.argmax(installed >= 100_000))
    doubled = int(np.argmax(installed >= 200_000))
    start = int(np.argmax(installed > 100_000))
    for quantity, published, modelled, tolerance, source in (
        (
            "days from construction start (2024-05-03, counted back) to 100,000 GPUs",
            122.0,
            float(full - campus.clock.day_index(date(2024, 5, 3))),
            5.0,
            "compute-atlas: 122 days to 100,000 GPUs",
        ),
        (
            "days to double from 100,000 to 200,000 GPUs",
            92.0,
            float(doubled - start),
            10.0,
            "techjuice, muskwatch: doubled in 92 days",
        ),
        (
            "days from the first GPU to 100,000",
            28.0,
            float(full - first),
            16.0,
            "Aterio: 25,000 GPUs a week",
        ),
    ):
        found.append(
            ValidationRow(
                model="supply",
                group="duration",
                quantity=quantity,
                published=published,
                modelled=modelled,
                tolerance=tolerance,
                relative=False,
                source=source,
                note=NOTE,
            )
        )
    return found
