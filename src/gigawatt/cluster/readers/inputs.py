"""What a person may write about a cluster, as typed and frozen models: tenants, prices, failures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.cluster.readers.machine_inputs import MachinesPart, NamedPart, PowerLimits
from gigawatt.kernel.inputs import Count, Fraction, InputModel, NonNegative, Positive


class TenantShare(InputModel):
    """What a tenant may hold."""

    name: str
    """As the trace writes it."""
    quota_gpus: Positive | None = None
    """GPUs that the tenant may hold before it borrows. Default: no quota."""
    weight: Positive = 1.0
    """Share against the others, for the policies that look at it. Default 1: all alike."""


class CapitalRecovery(InputModel):
    """Capital that the price of a GPU-hour returns with interest."""

    cost_usd_per_gpu: NonNegative
    """Of a GPU with its share of system, network and building."""
    life_years: Positive
    """Time in which it comes back."""
    discount_frac: Fraction
    """Yearly rate of interest."""


class PriceList(InputModel):
    """What a GPU-hour and energy cost, and who bears what is idle."""

    gpu_hour_usd_per_gpu_h: NonNegative | None = None
    """Of a GPU-hour. Default: it has no price."""
    capital: CapitalRecovery | None = None
    """Makes the price of a GPU-hour, instead of giving it."""
    energy_usd_per_mwh: NonNegative | None = None
    """Of IT energy. Default: it has no price."""
    share_idle: Literal["none", "held", "quota"] = "none"
    """Who bears idle and broken GPU-hours: no tenant, tenants by GPU-hours held, or by quota."""

    @model_validator(mode="after")
    def _one_price(self) -> PriceList:
        if self.gpu_hour_usd_per_gpu_h is not None and self.capital is not None:
            raise PydanticCustomError(
                "two_gpu_prices",
                "gpu_hour and capital both say what a GPU-hour costs",
                {"remedy": "keep one of them"},
            )
        if self.gpu_hour_usd_per_gpu_h is None and self.capital is None and self.energy_usd_per_mwh is None:
            raise PydanticCustomError(
                "no_price",
                "nothing has a price",
                {"remedy": "add gpu_hour (2.10 USD/GPU-h), capital or energy (60 USD/MWh)"},
            )
        return self


def _refuse_prices(
    prices: PriceList | None, parts: Sequence[MachinesPart], tenants: Sequence[TenantShare]
) -> None:
    if prices is None:
        return
    if prices.energy_usd_per_mwh is not None and any(part.power is None for part in parts):
        raise PydanticCustomError(
            "energy_not_metered",
            "energy has a price, but no power is given: it is not metered",
            {"remedy": "add power: {busy_kw_per_gpu: ..., idle_kw_per_gpu: ...}, or leave energy out"},
        )
    if prices.share_idle == "quota" and not any(t.quota_gpus for t in tenants):
        raise PydanticCustomError(
            "no_quota_to_share_by",
            "idle GPU-hours are to be shared by quota, but no tenant has one",
            {"remedy": "give tenants a quota, or write share_idle: held"},
        )


class ClusterFile(MachinesPart):
    """A cluster: nodes in racks, pods and halls; tenants; power; prices."""

    tenants: tuple[TenantShare, ...] = ()
    """Quotas and weights; a tenant that is not named has no quota and the weight 1."""
    prices: PriceList | None = None
    """Default: nothing is priced."""

    @model_validator(mode="after")
    def _prices_apply(self) -> Self:
        _refuse_prices(self.prices, [self], self.tenants)
        return self


class PartsFile(InputModel):
    """A cluster of several parts: kinds of chip, or halls with a budget of their own."""

    parts: tuple[NamedPart, ...] = Field(min_length=1, max_length=60)
    """Each has its own queue, and a gang runs in one of them."""
    tenants: tuple[TenantShare, ...] = ()
    """Quotas and weights; a quota is divided among the parts by their GPUs."""
    prices: PriceList | None = None
    """Default: nothing is priced."""

    @model_validator(mode="after")
    def _prices_apply(self) -> Self:
        _refuse_prices(self.prices, self.parts, self.tenants)
        return self


class TenantsFile(InputModel):
    """Tenants alone, for machines that are described elsewhere."""

    tenants: tuple[TenantShare, ...] = Field(min_length=1)
    """Quotas and weights; a tenant that is not named has no quota and the weight 1."""


class PowerFile(InputModel):
    """Power alone, for machines that are described elsewhere."""

    power: PowerLimits
    """What a GPU draws, and what all together may."""


class FailureCause(InputModel):
    """One cause of failures, at random times and places."""

    name: str
    """What fails."""
    gpu_hours_between: Annotated[Positive, Field(ge=0.001)]
    """GPU-hours of the machines, busy or not, between two failures; from 0.001."""
    scope: Literal["job", "gpu", "node", "rack", "switch", "cooling", "feed"] = "node"
    """What it takes down. Default: a node."""
    repair_median_s: NonNegative = 3.0 * 3600.0
    """Median of a log-normal repair time. Default 3 h: assumed (0.5 to 24 h)."""
    repair_sigma: NonNegative = 1.0
    """Standard deviation of its logarithm. Default 1: assumed."""
    detect_s: NonNegative = 0.0
    """From the failure to its detection."""
    slow_frac: Annotated[Fraction, Field(lt=1)] = 0.0
    """Speed that it leaves to its nodes until they are mended. Default 0: it takes them down."""

    @model_validator(mode="after")
    def _slows_machines(self) -> Self:
        if self.slow_frac > 0.0 and self.scope == "job":
            raise PydanticCustomError(
                "slow_without_machines",
                "the cause {name} strikes jobs alone and is to slow machines",
                {"name": self.name, "remedy": "leave slow out, or write a scope of machines, such as node"},
            )
        return self


class MemoryCheckpoints(InputModel):
    """Checkpoints that every job keeps in the memory of other nodes."""

    interval_s: Positive
    """Useful work between two."""
    write_s: NonNegative = 0.0
    """Time that the job stands still for one."""
    load_s: NonNegative = 0.0
    """Time to load one."""
    survives_gpus: Count = 144
    """Largest failure that leaves a copy alive. Default 144: another pair of 72-GPU racks, assumed."""


class RecoveryRules(InputModel):
    """How a job comes back."""

    restart: Literal["whole", "hot-spares", "partial"] = "whole"
    """It queues again as a whole; a spare takes the place of what broke; only the broken part starts anew."""
    whole_s: NonNegative = 600.0
    """Start of a whole job before its checkpoint loads. Default 10 min: assumed (5 to 25 min)."""
    swap_s: NonNegative = 60.0
    """To put a spare in place. Default 60 s: as in the cluster room."""
    partial_s: NonNegative = 15.0
    """To start the broken part. Default 15 s: assumed (5 to 60 s)."""
    memory: MemoryCheckpoints | None = None
    """Checkpoints in other nodes' memory. Default: none."""


class Checkpoints(InputModel):
    """Checkpoints that every job writes."""

    interval_s: Positive
    """Useful work between two."""
    write_s: NonNegative = 0.0
    """Time that the job stands still for one."""
    load_s: NonNegative = 0.0
    """Time to load one at a restart."""
    size_gb: NonNegative = 0.0
    """Of one, for a storage that jobs share. Default 0: it is in nobody's way."""


class FailuresFile(InputModel):
    """What breaks, and how jobs come back."""

    causes: tuple[FailureCause, ...]
    """At least one."""
    recovery: RecoveryRules = RecoveryRules()
    """Default: whole restart."""
    checkpoints: Checkpoints | None = None
    """Default: none; a failure loses everything that a job has done."""
    spare_gpus: Count = 0
    """GPUs kept out of the queue's reach to replace broken ones."""
    lemon_frac: Fraction = 0.0
    """Share of the nodes that fail more."""
    lemon_multiplier: Positive = 1.0
    """Hazard of such a node against the others, from 1."""
    quarantine_after: Count = 0
    """Failures of one node after which it is taken out; 0: never."""
    infant_multiplier: Positive = 1.0
    """Hazard of a new machine against an old one, from 1."""

    @model_validator(mode="after")
    def _something_fails(self) -> FailuresFile:
        if not self.causes:
            raise PydanticCustomError(
                "no_causes",
                "there is no cause of failures; at least one is needed",
                {"remedy": "add a cause, or pass --failures off"},
            )
        for name in ("lemon_multiplier", "infant_multiplier"):
            if getattr(self, name) < 1.0:
                raise PydanticCustomError(
                    "multiplier_below_one",
                    "{name} is {seen}; it multiplies a hazard and starts from 1",
                    {"name": name, "seen": getattr(self, name), "remedy": "write 1 or more"},
                )
        return self
