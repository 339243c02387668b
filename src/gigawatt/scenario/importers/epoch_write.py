"""A site of Epoch AI's table as the text of a scenario and of a pack of claims."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

from gigawatt.scenario.importers.epoch import CREDIT, EpochRow, EpochSite
from gigawatt.scenario.importers.epoch_chips import EpochChips
from gigawatt.scenario.importers.epoch_chips_write import chip_claims, delivery_line, delivery_lines

_NOTE = "Epoch AI's estimate; credited under CC BY 4.0"


def key_of(name: str) -> str:
    """Write a site's name as a key.

    >>> key_of("OpenAI Stargate Abilene")
    'openai-stargate-abilene'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "site"


def _plain(name: str) -> str:
    """Keep of a name what the format allows in names."""
    return re.sub(r"[^A-Za-z0-9 ._+/()-]+", " ", name).strip()[:60] or "site"


def _steps(site: EpochSite) -> list[EpochRow]:
    """Return the rows at which facility or IT power rises above all before."""
    found: list[EpochRow] = []
    for row in site.rows:
        most = found[-1] if found else None
        if row.it_power_mw > 0.0 and (most is None or row.it_power_mw > most.it_power_mw):
            found.append(row)
    return found


def scenario_text(
    site: EpochSite, *, climate: str, chip: str, kw_per_gpu: float, chips: EpochChips | None = None
) -> str:
    """Write a scenario that runs: halls, grid and cooling step up with the site's megawatts.

    Halls carry the IT megawatts and the supply allows the facility megawatts, both with 2 % to spare, from
    the dates of the table. Deliveries are those of the table of chips, where it is given and the catalogue
    holds all its types; else the IT megawatts are filled with GPUs of one type. They arrive in the weeks
    before.
    What the table does not tell (climate, crews, chip, kind of cooling, supply) is marked as assumed.

    Parameters
    ----------
    site
        From :func:`gigawatt.scenario.importers.read_epoch`.
    climate, chip
        Rows of the catalogue.
    kw_per_gpu
        IT power provisioned for one GPU of that chip, with its share of network and storage.
    chips
        From :func:`gigawatt.scenario.importers.read_epoch_chips`; None: there is no such table.

    Raises
    ------
    ValueError
        The table gives the site no megawatt at any date.
    """
    steps = _steps(site)
    if not steps:
        raise ValueError(f"{site.name} has no megawatt at any date")
    key, source = key_of(site.name), json.dumps(f"{CREDIT}, {site.name}")
    start, end = (
        steps[0].day - timedelta(days=90),
        max(steps[-1].day, site.rows[-1].day) + timedelta(days=365),
    )
    halls, grid, plants, lots = [], [], [], []
    it_before = facility_before = 0.0
    for n, row in enumerate(steps, 1):
        rise, cooling = (
            row.it_power_mw - it_before,
            max(row.power_mw - facility_before, row.it_power_mw - it_before),
        )
        proof = f"source: {source}, as_of: {row.day}, confidence: estimate"
        halls.append(f"      - {{name: hall {n}, from: {row.day}, it_power: {rise * 1.02:.1f} MW, {proof}}}")
        grid.append(f"        - {{from: {row.day}, import_limit: {row.power_mw * 1.02:.1f} MW, {proof}}}")
        plants.append(
            f"        - {{name: plant {n}, kind: dry_cooler, from: {row.day}, "
            f"capacity: {cooling * 1.1:.1f} MW, confidence: assumed}}"
        )
        gpus = int(rise * 1e3 / kw_per_gpu)
        if gpus > 0:
            note = f"{rise:g} MW of IT / {kw_per_gpu:.3f} kW a GPU; the chip is assumed"
            lots.append(delivery_line(chip, key, gpus, row.day, source, note))
        it_before, facility_before = row.it_power_mw, max(row.power_mw, facility_before)
    counted = chips is not None and not chips.unknown
    if chips is not None and counted:
        lots = delivery_lines(chips, key, source)
    filled = "from the table of chip quantities" if counted else f"with {chip}"
    newline = "\n"
    return f"""# Made from Epoch AI's table of data centres over time; credit: {CREDIT}
# Megawatts and dates are Epoch AI's estimates. Climate, crews, chip, cooling and supply are assumptions.
name: {key}
title: {json.dumps(_plain(site.name))}
description: {json.dumps(f"{_plain(site.name)}, from {CREDIT}. Its IT megawatts stand filled {filled}.")}
start: {start}
end: {end}
seed: 1

tenants:
  - {{name: operator, role: owner}}

sites:
  {key}:
    title: {json.dumps(_plain(site.name))}
    place: {{climate: {climate}}}
    halls:
{newline.join(halls)}
    crews:
      - {{from: {start}, rate: 20000, confidence: assumed, note: "the table does not tell; never binds"}}
    power:
      region: us
      grid:
{newline.join(grid)}
    cooling:
      plants:
{newline.join(plants)}

deliveries:
{newline.join(lots) or "  []"}

workloads:
  - kind: other
    name: work
    site: {key}
    tenant: operator
    priority: 10
    from: {steps[0].day}
    share: 1.0
    utilisation: {{low: 0.5, mid: 0.8, high: 0.95, confidence: assumed}}
    confidence: assumed

money:
  price_year: 2025
  basis: real
"""


def claims_text(
    site: EpochSite, *, as_of: date, actor: str = "", subject: str = "", chips: EpochChips | None = None
) -> str:
    """Write a pack: IT and facility megawatts and H100-equivalents of every row, and chips, with their dates.

    Rows up to ``as_of`` tell what is energised, later ones what is announced. Costs are not taken. ``actor``
    and ``subject`` are what other packs call them; the site's name where they are left out.
    """
    subject = _plain(subject or site.name)
    actor = _plain(actor or site.name)
    lines = []
    for n, row in enumerate(site.rows, 1):
        stage = "energised" if row.day <= as_of else "announced"
        figures = [
            ("it", "power", f"{row.it_power_mw:g} MW", f"{{level: it, stage: {stage}}}"),
            ("facility", "power", f"{row.power_mw:g} MW", f"{{level: facility, stage: {stage}}}"),
        ]
        if row.h100_equivalents is not None:
            figures.append(
                (
                    "h100e",
                    "computing power",
                    f"{row.h100_equivalents:.0f} H100e",
                    f"{{count: h100e, stage: {stage}}}",
                )
            )
        for part, instrument, quantity, scope in figures:
            level = {"it": "IT ", "facility": "facility "}.get(part, "")
            words = json.dumps(f"{subject}: {level}{instrument} of {quantity}.")
            lines.append(
                f"  - {{id: {key_of(site.name)[:60]}-{n}-{part}, actor: {json.dumps(actor)}, "
                f"subject: {json.dumps(subject)}, instrument: {instrument}, period: {row.day}, "
                f"quantity: {json.dumps(quantity)}, scope: {scope}, said: {as_of}, said_by: Epoch AI, "
                f"source: epoch, confidence: estimate, words: {{en: {words}}}}}"
            )
    if chips is not None:
        lines += chip_claims(
            chips, ids=key_of(site.name)[:60], actor=json.dumps(actor), subject=subject, as_of=as_of
        )
    newline = "\n"
    return f"""# Made from Epoch AI's table of data centres over time; credit: {CREDIT}
name: {key_of(site.name)}
title: {json.dumps(f"{subject}, as Epoch AI estimates it")}
description: {json.dumps(f"{_NOTE}. Its costs are multiples of its IT megawatts and are left out.")}
as_of: {as_of}
sources:
  epoch: {{title: {json.dumps(CREDIT)}, tier: measured, licence: "CC BY 4.0, Epoch AI"}}
claims:
{newline.join(lines)}
"""
