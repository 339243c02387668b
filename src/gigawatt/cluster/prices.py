"""Prices of a GPU-hour and of energy, each with its range and its source."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

End = Literal["low", "mid", "high"]
"""Which end of a range."""
ENDS: tuple[End, ...] = ("low", "mid", "high")
HOURS_A_YEAR = 8760.0


@dataclass(frozen=True, slots=True)
class Price:
    """A price, as one number or as a range; its unit stands in the name of what holds it.

    Examples
    --------
    >>> Price(2.10, source="our contract").at("high")
    2.1
    >>> Price(3.0, 2.0, 4.5, source="assumed").at("low")
    2.0
    """

    mid: float
    low: float | None = None
    """Low end; None where the price is one number."""
    high: float | None = None
    source: str = ""
    """Where it comes from, or 'assumed'; empty where nothing was said."""

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None):
            raise ValueError("a range has a low and a high end")
        ends = [self.at(end) for end in ENDS]
        if not (all(math.isfinite(e) for e in ends) and 0.0 <= ends[0] <= ends[1] <= ends[2]):
            raise ValueError(f"a price is {ends}; allowed: finite numbers, 0 <= low <= mid <= high")

    @property
    def is_range(self) -> bool:
        """Whether it has a low and a high end."""
        return self.low is not None

    def at(self, end: End) -> float:
        """One end of it; the number itself where it has no range."""
        value = getattr(self, end)
        return self.mid if value is None else float(value)


@dataclass(frozen=True, slots=True)
class Prices:
    """What is charged, and who bears the GPU-hours in which no job held a GPU."""

    usd_per_gpu_h: Price | None = None
    """USD per GPU-hour held: a rent, or the capital's recovery. None: GPU-hours are not priced."""
    usd_per_mwh: Price | None = None
    """USD per MWh of IT energy; the facility's overhead is the price's affair. None: not priced."""
    share_idle: Literal["none", "held", "quota"] = "none"
    """Key by which idle and broken GPU-hours, and the energy of idle GPUs, are shared out: not at all, by
    GPU-hours held, or by quota."""

    def __post_init__(self) -> None:
        if self.usd_per_gpu_h is None and self.usd_per_mwh is None:
            raise ValueError("give a price: usd_per_gpu_h, usd_per_mwh, or both")
        if self.share_idle not in {"none", "held", "quota"}:
            raise ValueError(f"share_idle is {self.share_idle!r}; allowed: none, held, quota")

    @property
    def is_range(self) -> bool:
        """Whether any price has a range."""
        return any(p is not None and p.is_range for p in (self.usd_per_gpu_h, self.usd_per_mwh))


def capital_recovery_usd_per_gpu_h(
    capital_usd_per_gpu: float, life_years: float, discount_frac: float
) -> float:
    r"""Price of a GPU-hour that returns the capital with interest over its life.

    .. math:: p = \frac{C}{8760}\,\frac{r}{1-(1+r)^{-n}}

    Parameters
    ----------
    capital_usd_per_gpu
        Capital C of a GPU with its share of system, network and building, USD, >= 0.
    life_years
        Years n over which it is recovered, > 0.
    discount_frac
        Yearly rate of interest r, >= 0; 0 gives C / n.

    Notes
    -----
    Spread over all hours of the year: what idle and broken GPUs cost is then left over, unless they are
    shared out. Operation, tax and residual value are left out; the finance room has them.

    References
    ----------
    Short, Packey and Holt, A Manual for the Economic Evaluation of Energy Efficiency and Renewable Energy
    Technologies, NREL/TP-462-5173 (1995): the uniform capital recovery factor.

    Examples
    --------
    40,000 USD over five years at 8 %:

    >>> round(capital_recovery_usd_per_gpu_h(40_000, 5, 0.08), 3)
    1.144
    """
    if not (
        0.0 <= capital_usd_per_gpu < math.inf
        and 0.0 < life_years < math.inf
        and 0.0 <= discount_frac < math.inf
    ):
        raise ValueError("allowed: capital and discount from 0, a life above 0, all finite")
    if discount_frac == 0.0:
        yearly_frac = 1.0 / life_years
    else:
        yearly_frac = discount_frac / -math.expm1(-life_years * math.log1p(discount_frac))
    return capital_usd_per_gpu * yearly_frac / HOURS_A_YEAR
