"""What a schedule costs, by tenant: GPU-hours by what became of them, energy, money, and a unit of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.cluster.jobs import Floats
from gigawatt.cluster.power import PowerBudget
from gigawatt.cluster.prices import End, Prices
from gigawatt.cluster.schedule import USER_FAILED, Schedule

_HOUR_S = 3600.0
_CLOSES_FRAC = 1e-9
BY_JOB = "metered for each job"
BY_HELD = "metered for all, less what idle GPUs draw, shared by GPU-hours held"
NOBODY_HOLDS = "no tenant held a GPU: idle GPU-hours cannot be shared by what was held"


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """A table with a row a tenant, and a last one for what no tenant bears.

    Columns have the shape (tenants + 1,) and add up to what the machines had until the last event.
    """

    tenants: tuple[str, ...]
    prices: Prices
    useful_gpu_h: Floats
    """Work of jobs that did it, at full speed."""
    user_failed_gpu_h: Floats
    """Work of jobs that ended by their user's fault."""
    otherwise_gpu_h: Floats
    """Held for anything else: checkpoints, restarts, slow-downs, work lost to failures, jobs that ended at
    their time limit or had not ended."""
    idle_gpu_h: Floats
    """Free, spare or broken, as shared out."""
    held_mwh: Floats | None
    """IT energy of GPUs that jobs held; None where no power was given."""
    idle_mwh: Floats | None
    """IT energy of GPUs that no job held, as shared out; broken ones draw none."""
    done_tokens: Floats | None
    """Tokens of jobs that did their work; None where no job has any."""
    energy_basis: str | None
    """How a job's energy is known."""
    notes: tuple[str, ...] = ()

    @property
    def held_gpu_h(self) -> Floats:
        """GPU-hours held by jobs."""
        return self.useful_gpu_h + self.user_failed_gpu_h + self.otherwise_gpu_h

    @property
    def energy_mwh(self) -> Floats | None:
        """IT energy, that of idle GPUs as shared out."""
        if self.held_mwh is None or self.idle_mwh is None:
            return None
        return self.held_mwh + self.idle_mwh

    def gpu_usd(self, end: End = "mid") -> Floats | None:
        """Cost of GPU-hours, at one end of the price; None where they have none."""
        price = self.prices.usd_per_gpu_h
        return None if price is None else (self.held_gpu_h + self.idle_gpu_h) * price.at(end)

    def energy_usd(self, end: End = "mid") -> Floats | None:
        """Cost of energy, at one end of the price; None where it has none or was not metered."""
        price, energy = self.prices.usd_per_mwh, self.energy_mwh
        return None if price is None or energy is None else energy * price.at(end)

    def usd(self, end: End = "mid") -> Floats:
        """Cost of all that has a price, with every price at that end."""
        parts = [part for part in (self.gpu_usd(end), self.energy_usd(end)) if part is not None]
        return np.asarray(sum(parts, np.zeros(len(self.tenants) + 1)))

    def as_data(self) -> dict[str, Any]:
        """Plain data: ``tenants``, ``unshared`` (what no tenant bears) and ``total``, each a row by name."""
        each = [np.arange(len(self.tenants) + 1) == i for i in range(len(self.tenants) + 1)]
        rows = [self._row(chosen) for chosen in each]
        return {
            "share_idle": self.prices.share_idle,
            "energy_basis": self.energy_basis,
            "prices": {
                name: None
                if price is None
                else {
                    "low": price.at("low"),
                    "mid": price.mid,
                    "high": price.at("high"),
                    "source": price.source,
                }
                for name, price in (
                    ("usd_per_gpu_h", self.prices.usd_per_gpu_h),
                    ("usd_per_mwh", self.prices.usd_per_mwh),
                )
            },
            "tenants": dict(zip(self.tenants, rows[:-1], strict=True)),
            "unshared": rows[-1],
            "total": self._row(np.ones(len(self.tenants) + 1, dtype=bool)),
        }

    def _row(self, chosen: Any) -> dict[str, float | None]:
        def of(column: Floats | None) -> float | None:
            return None if column is None else float(column[chosen].sum())

        usd, useful = float(self.usd()[chosen].sum()), float(self.useful_gpu_h[chosen].sum())
        tokens = of(self.done_tokens)
        return {
            "held_gpu_h": of(self.held_gpu_h),
            "useful_gpu_h": useful,
            "user_failed_gpu_h": of(self.user_failed_gpu_h),
            "otherwise_gpu_h": of(self.otherwise_gpu_h),
            "idle_gpu_h": of(self.idle_gpu_h),
            "energy_mwh": of(self.energy_mwh),
            "gpu_usd": of(self.gpu_usd()),
            "energy_usd": of(self.energy_usd()),
            "usd": usd,
            "usd_low": of(self.usd("low")),
            "usd_high": of(self.usd("high")),
            "usd_per_useful_gpu_h": usd / useful if useful > 0.0 else None,
            "tokens": tokens,
            "usd_per_million_tokens": 1e6 * usd / tokens if tokens else None,
        }

    def __repr__(self) -> str:
        total = self._row(np.ones(len(self.tenants) + 1, dtype=bool))
        each = total["usd_per_useful_gpu_h"]
        per = "" if each is None else f", {each:,.3f} USD a useful GPU-hour"
        return f"Costs({len(self.tenants)} tenants, {total['usd']:,.0f} USD{per})"


def cost_by_tenant(
    schedule: Schedule,
    prices: Prices,
    *,
    power: PowerBudget | Sequence[PowerBudget | None] | None = None,
    quotas_gpus: Sequence[float] | None = None,
) -> Costs:
    r"""Share out what a schedule's GPU-hours and energy cost.

    .. math:: K_t = p\,(H_t + w_t\,I) + q\,(E_t + w_t\,J)

    with GPU-hours H and energy E of a tenant's jobs, GPU-hours I and energy J of GPUs that no job held, the
    prices p and q, and the key w.

    Parameters
    ----------
    schedule
        What happened.
    prices
        Of GPU-hours and of energy, and the key for what is idle.
    power
        The power with which it was simulated. Where the schedule holds no energy by job, a job's is its
        share, by GPU-hours held, of the metered energy less what idle GPUs draw; without a budget that is the
        busy power of a GPU times the hours. None: there is no energy unless the schedule holds it by job.
    quotas_gpus
        By tenant, for the key ``quota``; a tenant without a quota (inf) bears nothing.

    Raises
    ------
    ValueError
        Energy has a price and there is none, or idle hours are to go by quotas and there are none.

    Examples
    --------
    8 GPUs for two hours at 2 USD; one tenant holds six for one hour, the other two for both:

    >>> from gigawatt.cluster import Jobs, Machines, Price, simulate
    >>> jobs = Jobs([0, 0], [3600, 7200], gpus=[6, 2], tenant=[0, 1], tenants=("a", "b"))
    >>> done = simulate(Machines.pool(8), jobs, "fifo")
    >>> cost_by_tenant(done, Prices(Price(2.0))).usd().tolist()
    [12.0, 8.0, 12.0]
    >>> cost_by_tenant(done, Prices(Price(2.0), share_idle="held")).usd().round(2).tolist()
    [19.2, 12.8, 0.0]
    """
    runs = schedule.runs
    held_s = (runs.end_s - runs.start_s) * runs.gpus
    held_gpu_h = np.bincount(runs.job, weights=held_s, minlength=len(schedule.jobs)) / _HOUR_S
    useful, user_failed, otherwise = _what_became(schedule, held_gpu_h)
    held = useful + user_failed + otherwise
    weights, notes = _weights(held, prices, quotas_gpus)
    energy_kwh, idle_kwh, basis = _energy(schedule, held_gpu_h, power)
    if prices.usd_per_mwh is not None and energy_kwh is None:
        raise ValueError("energy has a price, but no power was given: it is not metered")
    told = ~np.isnan(schedule.jobs.tokens)
    if told.any() and not told.all():
        notes.append(f"{int((~told).sum()):,} jobs have no tokens; the price of a token bears what they cost")
    return Costs(
        tenants=schedule.jobs.tenants,
        prices=prices,
        useful_gpu_h=useful,
        user_failed_gpu_h=user_failed,
        otherwise_gpu_h=otherwise,
        idle_gpu_h=weights * (schedule.fates.idle + schedule.fates.down),
        held_mwh=None if energy_kwh is None else _by_tenant(schedule, energy_kwh) / 1000.0,
        idle_mwh=None if energy_kwh is None else weights * idle_kwh / 1000.0,
        done_tokens=_by_tenant(schedule, np.nan_to_num(schedule.done_tokens)) if told.any() else None,
        energy_basis=basis,
        notes=tuple(notes),
    )


def _by_tenant(schedule: Schedule, values: Floats) -> Floats:
    """Sum over the jobs of each tenant; the last row is nobody's."""
    jobs = schedule.jobs
    summed = np.bincount(jobs.tenant, weights=values, minlength=len(jobs.tenants) + 1)
    return np.asarray(summed, dtype=np.float64)


def _what_became(schedule: Schedule, held_gpu_h: Floats) -> tuple[Floats, Floats, Floats]:
    """GPU-hours held by tenant: useful, failed by their user, otherwise."""
    work_gpu_h = schedule.work_gpu_s / _HOUR_S
    useful = _by_tenant(schedule, np.where(schedule.finished, work_gpu_h, 0.0))
    user_failed = _by_tenant(schedule, np.where(schedule.state == USER_FAILED, work_gpu_h, 0.0))
    held = _by_tenant(schedule, held_gpu_h)
    left = held - useful - user_failed
    return useful, user_failed, np.where(np.abs(left) <= _CLOSES_FRAC * held, 0.0, left)  # rounding


def _weights(
    held_gpu_h: Floats, prices: Prices, quotas_gpus: Sequence[float] | None
) -> tuple[Floats, list[str]]:
    """Shares of what is idle, the last one nobody's; they add up to 1."""
    nobody = np.zeros(held_gpu_h.size)
    nobody[-1] = 1.0
    if prices.share_idle == "none":
        return nobody, []
    if prices.share_idle == "held":
        key = held_gpu_h
        if not key.sum() > 0.0:
            return nobody, [NOBODY_HOLDS]
    else:
        if quotas_gpus is None or not np.isfinite(quotas_gpus).any():
            raise ValueError("idle GPU-hours are to be shared by quota, but no tenant has one")
        if len(quotas_gpus) != held_gpu_h.size - 1:
            raise ValueError(f"{len(quotas_gpus)} quotas for {held_gpu_h.size - 1} tenants")
        key = np.append(np.where(np.isfinite(quotas_gpus), quotas_gpus, 0.0), 0.0)
        if not key.sum() > 0.0:
            raise ValueError("idle GPU-hours are to be shared by quota, but all quotas are 0")
    return key / key.sum(), []


def _energy(
    schedule: Schedule, held_gpu_h: Floats, power: PowerBudget | Sequence[PowerBudget | None] | None
) -> tuple[Floats | None, float, str | None]:
    """Energy of each job, that of idle GPUs (kWh), and how it is known."""
    by_job: Floats | None = schedule.busy_kwh
    if by_job is not None:
        return by_job, _left(_metered_kwh(schedule), float(by_job.sum())), BY_JOB
    if not isinstance(power, PowerBudget):
        return None, 0.0, None
    metered_kwh = _metered_kwh(schedule)
    busy_kwh = _left(metered_kwh, schedule.fates.idle * power.idle_kw_per_gpu)
    total_gpu_h = float(held_gpu_h.sum())
    each_kwh = held_gpu_h * (busy_kwh / total_gpu_h if total_gpu_h > 0.0 else 0.0)
    return each_kwh, metered_kwh - float(each_kwh.sum()), BY_HELD


def _metered_kwh(schedule: Schedule) -> float:
    """Energy under the curve of power, whose last step ends with the simulation."""
    curve = schedule.curves
    steps_s = np.full(curve.power_kw.size, curve.step_s)
    steps_s[-1:] = schedule.end_of_simulation_s - (curve.power_kw.size - 1) * curve.step_s
    return float(curve.power_kw @ steps_s) / _HOUR_S


def _left(whole_kwh: float, part_kwh: float) -> float:
    """What is left of the metered energy; less than nothing beyond rounding is a mistake."""
    left = whole_kwh - part_kwh
    if left < -_CLOSES_FRAC * max(whole_kwh, part_kwh):
        raise ValueError(
            f"{part_kwh:g} kWh of {whole_kwh:g} kWh metered: this is not the power it was run with"
        )
    return max(left, 0.0)
