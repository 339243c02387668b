"""One comparison of a model with the world."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ValidationRow:
    """A published figure beside the model's."""

    model: str
    """Which model, e.g. 'cooling', 'climate', 'power', 'compute', 'campus'."""
    group: str
    """What the figures of one test have in common, e.g. 'tower water, Memphis'."""
    quantity: str
    """What is compared, with its unit last in the words: 'water a kWh rejected, January, L/kWh'."""
    published: float
    modelled: float
    tolerance: float
    """Allowed |modelled - published|, or the allowed fraction where ``relative``."""
    relative: bool
    source: str
    """Where the published figure stands."""
    baseline: float | None = None
    """What a naive constant gives, where there is one."""
    note: str = ""
    low: float | None = None
    """Where the tolerance is lopsided: the lowest allowed difference (instead of -tolerance)."""
    fitted: bool = False
    """True where the model's constants were fitted to this figure."""

    @property
    def error(self) -> float:
        """Modelled - published."""
        return self.modelled - self.published

    @property
    def error_frac(self) -> float:
        """(modelled - published) / published; infinite where published is 0 and modelled is not."""
        if self.published == 0.0:
            return 0.0 if self.modelled == 0.0 else float("inf")
        return self.error / self.published

    @property
    def holds(self) -> bool:
        """Whether the difference is within its tolerance."""
        seen = self.error_frac if self.relative else self.error
        lowest = -self.tolerance if self.low is None else self.low
        return lowest <= seen <= self.tolerance
