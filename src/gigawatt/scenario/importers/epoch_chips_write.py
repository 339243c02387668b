"""The chips of one site of Epoch AI's table, as deliveries of a scenario and as claims."""

from __future__ import annotations

import json
from datetime import date, timedelta

from gigawatt.scenario.importers.epoch_chips import ROWS, EpochChips

ORDERED_DAYS, ARRIVING_DAYS = 270, 45
"""Days from the order, and from the first arrival, to the date of the table; assumed: it tells neither."""


def delivery_line(chip: str, site: str, gpus: int, day: date, source: str, note: str) -> str:
    """Write one lot; ``source`` is quoted already."""
    ordered, first = day - timedelta(days=ORDERED_DAYS), day - timedelta(days=ARRIVING_DAYS)
    return (
        f"  - {{chip: {chip}, site: {site}, gpus: {gpus}, ordered: {ordered}, arrives_from: {first}, "
        f"arrives_by: {day}, source: {source}, as_of: {day}, confidence: derived, note: {json.dumps(note)}}}"
    )


def delivery_lines(chips: EpochChips, site: str, source: str) -> list[str]:
    """Write a lot wherever the chips of a type rise above all before; what falls is not taken away.

    Parameters
    ----------
    chips
        Chips of types that the catalogue holds.
    site
        Key of the site in the scenario.
    source
        Credit, quoted already.
    """
    most: dict[str, int] = {}
    lines = []
    for state in chips.states:
        for kind, count in state.chips:
            rise = count - most.get(kind, 0)
            if rise > 0:
                note = f"{count:,} {kind} by then; {chips.why}"
                lines.append(delivery_line(ROWS[kind], site, rise, state.day, source, note))
                most[kind] = count
    return lines


def chip_claims(chips: EpochChips, *, ids: str, actor: str, subject: str, as_of: date) -> list[str]:
    """Write the chips of every date as claims: of each type, and of all where there are several types.

    Dates up to ``as_of`` tell what is energised, later ones what is announced. ``actor`` is quoted already.
    The parts name their whole, so that the audit adds them up. Chips that the catalogue holds are named in
    the scope; others are counted as they are.
    """
    lines = []
    for n, state in enumerate(chips.states, 1):
        stage = "energised" if state.day <= as_of else "announced"
        several = len(state.chips) > 1
        whole = f"{ids}-{n}-chips"
        rows: list[tuple[str, str, int, str, str]] = [
            (
                f"{whole}-{k}" if several else whole,
                f"{kind} chips" if several else "GPUs",
                count,
                f", chip: {ROWS[kind]}" if kind in ROWS else "",
                f", part_of: {whole}" if several else "",
            )
            for k, (kind, count) in enumerate(state.chips, 1)
        ]
        if several:
            rows.insert(0, (whole, "GPUs", state.total, "", ""))
        for name, instrument, count, chip, part in rows:
            counted = instrument if several and part else " and ".join(kind for kind, _ in state.chips)
            words = json.dumps(f"{subject}: {count:,} {counted}.")
            lines.append(
                f"  - {{id: {name}, actor: {actor}, subject: {json.dumps(subject)}, "
                f"instrument: {json.dumps(instrument)}, period: {state.day}, "
                f'quantity: "{count} GPUs", scope: {{count: gpu, stage: {stage}{chip}}}, said: {as_of}, '
                f"said_by: Epoch AI, source: epoch, confidence: estimate{part}, words: {{en: {words}}}}}"
            )
    return lines
