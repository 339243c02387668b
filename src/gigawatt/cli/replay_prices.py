"""Prices of ``gigawatt replay``: from the cluster's file, with the ranges and sources beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigawatt.kernel.units import parse_quantity

if TYPE_CHECKING:
    from gigawatt.cluster import Price, Prices
    from gigawatt.cluster.readers.inputs import ClusterFile, PartsFile
    from gigawatt.scenario.read import LoadedScenario

    Loaded = LoadedScenario[ClusterFile] | LoadedScenario[PartsFile]

Three = tuple[float, float, float]
"""Low, mid and high; three times the same where no range was given."""


def read_prices(loaded: Loaded) -> tuple[Prices | None, tuple[str, ...]]:
    """Return the prices that a cluster's file gives, and what a result must say about them."""
    from gigawatt.cluster import Prices, capital_recovery_usd_per_gpu_h

    written = loaded.scenario.prices
    if written is None:
        return None, ()
    per_gpu_h = per_mwh = None
    if written.gpu_hour_usd_per_gpu_h is not None:
        three = _three(loaded, "gpu_hour", "usd_per_gpu_h", written.gpu_hour_usd_per_gpu_h)
        per_gpu_h = _price(three, _source(loaded, "gpu_hour"))
    elif written.capital is not None:
        c = written.capital
        cost, life, discount = (
            _three(loaded, f"capital.{name}", suffix, value)
            for name, suffix, value in (
                ("cost", "usd_per_gpu", c.cost_usd_per_gpu),
                ("life", "years", c.life_years),
                ("discount", "frac", c.discount_frac),
            )
        )
        recovered = [capital_recovery_usd_per_gpu_h(cost[i], life[2 - i], discount[i]) for i in range(3)]
        per_gpu_h = _price((recovered[0], recovered[1], recovered[2]), _source(loaded, "capital"))
    if written.energy_usd_per_mwh is not None:
        three = _three(loaded, "energy", "usd_per_mwh", written.energy_usd_per_mwh)
        per_mwh = _price(three, _source(loaded, "energy"))
    prices = Prices(per_gpu_h, per_mwh, written.share_idle)
    return prices, _notes(prices)


def _three(loaded: Loaded, path: str, suffix: str, mid: float) -> Three:
    proof = loaded.evidence.get(("prices", *path.split(".")))
    if proof is None or proof.low is None or proof.high is None:
        return mid, mid, mid
    low, high = (
        parse_quantity(end, suffix) if isinstance(end, str) else float(end) for end in (proof.low, proof.high)
    )
    return low, mid, high


def _price(three: Three, source: str) -> Price:
    from gigawatt.cluster import Price

    low, mid, high = three
    return Price(mid, source=source) if low == high else Price(mid, low, high, source)


def _source(loaded: Loaded, key: str) -> str:
    """What stands as the source of a price, or of the nearest part of the file around it."""
    parts = {}
    for path in (("prices", key), ("prices", key, "cost"), ("prices",), ()):
        proof = loaded.evidence.get(path)
        if proof is not None:
            parts = {"source": proof.source, "as_of": proof.as_of, "confidence": proof.confidence}
            break
    return ", ".join(part for part in parts.values() if part)


def _notes(prices: Prices) -> tuple[str, ...]:
    bare = [
        name
        for name, price in (("a GPU-hour", prices.usd_per_gpu_h), ("energy", prices.usd_per_mwh))
        if price is not None and not price.source
    ]
    return (f"the price of {' and of '.join(bare)} has no source",) if bare else ()
