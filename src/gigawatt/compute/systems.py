"""What a GPU draws: nameplate, provisioned and measured power, never mixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from gigawatt import catalog
from gigawatt.compute.fabric import Fabric, fabric_power_kw_per_gpu

PowerState = Literal["training", "serving", "idle", "down"]
"""What a GPU does: compute in a training run, answer users, wait switched on, or stand switched off."""

REFERENCE_CLUSTER_GPUS = 100_000
"""GPUs that one fabric joins where nothing else is said: three tiers of 128-port switches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeSystem:
    """One kind of chip in the system it is bought in; powers in kW, IT side (before any PUE).

    Examples
    --------
    >>> h100 = system("h100")
    >>> h100.nameplate_kw_per_gpu, round(h100.provisioned_kw_per_gpu, 3)
    (0.7, 1.422)
    >>> round(h100.measured_kw_per_gpu("training"), 3), round(h100.measured_frac("training"), 3)
    (1.116, 0.785)
    """

    chip: str
    """The chip's name in the catalogue, e.g. 'gb200'."""
    name: str
    """The system's name in the catalogue, e.g. 'gb200-nvl72'."""
    architecture: str
    shipped: str
    """Month of first volume shipments, 'YYYY-MM'; newer chips are given out first."""
    gpus_per_system: int
    tdp_kw: float
    """Thermal design power of the chip alone."""
    system_max_kw: float
    """Highest draw of the system, all its GPUs, CPUs, network cards and fans."""
    network_kw_per_gpu: float
    """Switches and optics outside the system."""
    storage_management_frac: float
    """Storage, CPU and management nodes beside the system, as a share of ``system_max_kw``."""
    training_frac: float
    """Mean draw of the system in training, as a share of ``system_max_kw``."""
    serving_frac: float
    idle_frac: float
    down_frac: float
    liquid_frac: float
    """Share of the system's own heat that its cold plates take; the rest, network and storage go to air."""
    bf16_tflops: float
    """Dense peak."""
    fp8_tflops: float
    """Dense peak; 0 where the chip has none."""
    fp4_tflops: float
    memory_gb: float
    price_system_usd: float | None
    """Of the system, without network; None where no price is published."""
    price_all_in_usd_per_gpu: float | None
    """With network and installation; None where no price is published."""

    @property
    def nameplate_kw_per_gpu(self) -> float:
        """Thermal design power of the chip: what is written on it."""
        return self.tdp_kw

    @property
    def system_kw_per_gpu(self) -> float:
        """The system's highest draw for each of its GPUs."""
        return self.system_max_kw / self.gpus_per_system

    @property
    def storage_management_kw_per_gpu(self) -> float:
        """Storage, CPU and management nodes for each GPU."""
        return self.storage_management_frac * self.system_kw_per_gpu

    @property
    def provisioned_kw_per_gpu(self) -> float:
        """What halls, power and cooling are sized on: system maximum + network + storage and management."""
        return self.system_kw_per_gpu + self.network_kw_per_gpu + self.storage_management_kw_per_gpu

    def node_frac(self, state: PowerState) -> float:
        """Mean draw of the system in a state, as a share of its maximum."""
        fractions = {
            "training": self.training_frac,
            "serving": self.serving_frac,
            "idle": self.idle_frac,
            "down": self.down_frac,
        }
        return fractions[state]

    def measured_kw_per_gpu(self, state: PowerState) -> float:
        """Mean draw in a state. Network, storage and management draw the same in every state."""
        node_kw = self.node_frac(state) * self.system_kw_per_gpu
        return node_kw + self.network_kw_per_gpu + self.storage_management_kw_per_gpu

    def measured_frac(self, state: PowerState) -> float:
        """Mean draw in a state, as a share of the provisioned power."""
        return self.measured_kw_per_gpu(state) / self.provisioned_kw_per_gpu

    def liquid_kw_per_gpu(self, state: PowerState) -> float:
        """Heat to the cold plates in a state."""
        return self.liquid_frac * self.node_frac(state) * self.system_kw_per_gpu

    @property
    def provisioned_liquid_frac(self) -> float:
        """Share of the provisioned power that is heat to the cold plates."""
        return self.liquid_frac * self.system_kw_per_gpu / self.provisioned_kw_per_gpu

    def peak_tflops(self, precision: str) -> float:
        """Dense peak of a precision; where the chip lacks it, of the next wider one.

        >>> system("a100-80").peak_tflops("fp8"), system("gb200").peak_tflops("fp8")
        (312.0, 5000.0)
        """
        ladder = {"fp4": self.fp4_tflops, "fp8": self.fp8_tflops, "bf16": self.bf16_tflops}
        names = list(ladder)
        for name in names[names.index(precision) :]:
            if ladder[name] > 0:
                return ladder[name]
        raise ValueError(f"{self.chip} has no peak for {precision}")

    @property
    def serving_peak_tflops(self) -> float:
        """Dense peak of the narrowest precision that the chip has (fp4, fp8 or bf16)."""
        return self.peak_tflops("fp4")


def system(chip_name: str, cluster_gpus: int = REFERENCE_CLUSTER_GPUS) -> ComputeSystem:
    """Read a chip and its system from the catalogue.

    Parameters
    ----------
    chip_name
        A row of the catalogue's kind 'chip'.
    cluster_gpus
        GPUs that one network joins; it sets the tiers and so the network's power.

    Raises
    ------
    InputError
        GW101: no such chip.

    Examples
    --------
    >>> gb200 = system("gb200")
    >>> gb200.gpus_per_system, round(gb200.provisioned_kw_per_gpu, 3)
    (72, 2.014)
    """
    chip = catalog.row("chip", chip_name).values
    row_name = str(chip["system"])
    box = catalog.row("system", row_name).values
    fabric = Fabric(
        radix=int(box["switch_radix"]),
        switch_kw=float(box["switch_kw"]),
        switch_optic_kw=float(box["switch_optic_kw"]),
        endpoint_optic_kw=float(box["endpoint_optic_kw"]),
        ports_per_gpu=float(box["ports_per_gpu"]),
    )
    return ComputeSystem(
        chip=chip_name,
        name=row_name,
        architecture=str(chip["architecture"]),
        shipped=str(chip["shipped"]),
        gpus_per_system=int(box["gpus_per_system"]),
        tdp_kw=float(chip["tdp_kw"]),
        system_max_kw=float(box["system_max_kw"]),
        network_kw_per_gpu=fabric_power_kw_per_gpu(fabric, cluster_gpus),
        storage_management_frac=float(box["storage_management_frac"]),
        **{f"{state}_frac": float(box[f"{state}_frac"]) for state in get_args(PowerState)},
        liquid_frac=float(box["liquid_frac"]),
        bf16_tflops=float(chip["bf16_tflops"]),
        fp8_tflops=float(chip.get("fp8_tflops", 0.0)),
        fp4_tflops=float(chip.get("fp4_tflops", 0.0)),
        memory_gb=float(chip["memory_gb"]),
        price_system_usd=_price(box.get("price_system_usd")),
        price_all_in_usd_per_gpu=_price(box.get("price_all_in_usd_per_gpu")),
    )


def _price(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
