"""What a person may write about cooling: plants by date, the electrical rooms, water sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.cooling.chiller import Chiller, rated_chiller
from gigawatt.kernel.inputs import (
    Day,
    Fraction,
    InputModel,
    Name,
    NonNegative,
    Number,
    Positive,
    refuse_end_before_start,
)

CyclesOfConcentration = Annotated[Positive, Field(gt=1, le=100)]
Difference = Annotated[Positive, Field(le=25)]
"""A temperature difference of water or air [K]."""
Head = Annotated[NonNegative, Field(le=5e6)]
"""Electrical power over volume flow [Pa]."""
Cop = Annotated[Positive, Field(ge=0.5, le=40)]
FanShare = Annotated[NonNegative, Field(le=0.2)]


class _Dated(InputModel):
    """Something with a name that is there from one day to another."""

    name: Name
    from_: Day = Field(alias="from")
    """First day in service."""
    until: Day | None = None
    """First day on which it is no longer in service; open where absent."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        refuse_end_before_start(repr(self.name), self.from_, self.until)
        return self


class _Plant(_Dated):
    """What every plant has: two water loops into the halls, their pumps, the room's air handlers."""

    capacity_mw: Positive
    """Heat that it takes from the halls at the design hour: IT equipment, the electrical losses that end
    in the rooms and the fans of the room air handlers. Compressor heat comes on top of it, outside."""
    water: Name | None = None
    """Name of the water source it draws on, where it needs water."""

    liquid_supply_c: Number = 32.0
    """Facility water to the cold plates' distribution units. Default 32: class W32 of ASHRAE TC9.9
    (from memory), the class below W40; sites differ, low 27, high 45."""
    liquid_rise_k: Difference = 10.0
    """Its warming. Default 10: the OCP OAI liquid-cooling guideline's 1.5 L/min a kW (read in a
    secondary source)."""
    air_supply_c: Number = 20.0
    """Chilled water to the room air handlers. Default 20: server inlet of 25 within the 18 to 27 that
    ASHRAE TC9.9 recommends, less 5 K over the coil (assumed, low 16, high 24)."""
    air_rise_k: Difference = 8.0
    """Its warming. Default 8: assumed, low 6, high 11; the coil's air warms by ``room_air_rise``."""
    heat_exchanger_k: Difference = 2.0
    """Approach of the plate heat exchanger between outdoor and hall water at full load. Default 2:
    assumed, low 1, high 3 (2.3 in the worked example of Lei & Masanet 2020)."""
    hall_pump_pa: Head = 348_700.0
    """Electrical power of the hall water pumps over their volume flow at full load (W per m3/s = Pa).
    Default 22 W/gpm: chilled-water pumps of the baseline building of ASHRAE 90.1-2019, G3.1.3.10."""
    rack_pump_pa: Head = 345_000.0
    """The same of the pumps in the coolant distribution units. Default: 30 psi of the 40 psi to which OCP's
    reservoir and pumping unit is specified (secondary source), at 60 % from wire to water (assumed)."""
    pump_static_frac: Fraction = 0.3
    """Share of a pump's head that does not fall with flow (control pressure at the far end). Default 0.3:
    assumed, low 0.2, high 0.5."""
    room_air_rise_k: Difference = 12.0
    """Warming of the room's air through the servers. Default 12: assumed, low 9, high 19 (18.9 in the
    worked example of Lei & Masanet 2020)."""
    room_fan_pa: Head = 600.0
    """Electrical power of the room air handlers' fans over their volume flow at full load. Default 600:
    417 Pa at 71 % in the worked example of Lei & Masanet 2020 give 584; rounded, low 400, high 900."""
    min_fan_speed_frac: Fraction = 0.25
    """Slowest speed of a fan; below it fans cycle at that speed's power. Default 0.25: assumed, the
    turn-down of a usual frequency converter, low 0.2, high 0.4."""

    @model_validator(mode="after")
    def _loops_in_order(self) -> Self:
        if not 5.0 <= self.air_supply_c <= self.liquid_supply_c <= 60.0:
            raise PydanticCustomError(
                "loop_temperatures",
                "{name} supplies its air handlers at {air} degC and its cold plates at {liquid} degC; "
                "allowed: 5 degC <= air_supply <= liquid_supply <= 60 degC",
                {
                    "name": self.name,
                    "air": self.air_supply_c,
                    "liquid": self.liquid_supply_c,
                    "remedy": "the cold plates take the warmer water; check which is which",
                },
            )
        return self


class _Chillers(InputModel):
    """Chillers, by what they are rated at; see :mod:`gigawatt.cooling.chiller`."""

    evaporator_k: Difference = 2.0
    """Evaporating below leaving water at full load. Default 2: assumed, flooded evaporator, low 1, high 5."""
    chiller_max_supply_c: Annotated[Number, Field(ge=5, le=60)] = 21.0
    """Warmest water that the chillers deliver; a warmer loop is blended. Default 21: the 70 degF end of
    AHRI 550/590's application ratings (from memory)."""
    min_lift_k: Annotated[Positive, Field(le=60)] = 12.0
    """Smallest difference between condensing and evaporating temperature. Default 12: assumed, head pressure
    that valves and oil return need, low 6, high 20."""


def _check_ratings(name: str, chiller: Callable[[], object]) -> None:
    """Refuse a pair of ratings that no chiller of this law has."""
    try:
        chiller()
    except ValueError as error:
        raise PydanticCustomError(
            "chiller_ratings",
            "{name}: {reason}",
            {
                "name": name,
                "reason": str(error),
                "remedy": "give both ratings of one machine by AHRI 550/590",
            },
        ) from None


class _AirCooledChillers(_Chillers):
    chiller_cop_ratio: Cop = 2.96
    """COP at full load, 35 degC air, 6.7 degC water, fans included. Default 2.96: minimum of ASHRAE 90.1-2019
    table 6.8.1-3 (read in the OpenStudio standards), air-cooled, 150 tons and more, path A (10.1 EER)."""
    chiller_part_load_cop_ratio: Cop = 4.10
    """Integrated part-load value (IPLV) as COP. Default 4.10: the same row (14.0 EER)."""
    condenser_k: Difference = 14.0
    """Condensing above outdoor air at full load. Default 14: assumed, between 11 of large coils and the 16.7
    at which AHRI 550/590-2015 table 1 rates air-cooled condensers (51.7 degC in 35 degC air)."""
    condenser_fan_frac: FanShare = 0.0161
    """Condenser fans' power over heat rejected. Default: 176,000 Btu/h a hp, the minimum of ASHRAE 90.1-2019
    table 6.8.1-7 for air-cooled condensers, motors at 90 % (assumed)."""

    @property
    def chiller(self) -> Chiller:
        """The law of its chillers."""
        return rated_chiller(
            self.chiller_cop_ratio,
            self.chiller_part_load_cop_ratio,
            evaporator_k=self.evaporator_k,
            condenser_k=self.condenser_k,
            min_lift_k=self.min_lift_k,
            max_supply_c=self.chiller_max_supply_c,
            fan_frac=self.condenser_fan_frac,
        )

    @model_validator(mode="after")
    def _ratings_agree(self) -> Self:
        _check_ratings("air-cooled chillers", lambda: self.chiller)
        return self


class OpenTower(_Plant, _Chillers):
    """Evaporative towers and heat exchangers; water-cooled chillers lift what the tower cannot reach."""

    kind: Literal["open_tower"] = "open_tower"
    approach_k: Difference = 4.0
    """Leaving water above wet bulb at full load and ``design_wet_bulb``. Default 4: a usual selection of
    data-centre towers (3 to 6)."""
    range_k: Difference = 10.0
    """Cooling of the tower's water. Default 10, as the liquid loop's rise."""
    design_wet_bulb_c: Annotated[Number, Field(ge=0, le=35)] = 25.6
    """Wet bulb at which the approach is selected. Default 25.6: 78 degF, the usual nominal selection in the
    United States (from memory)."""
    concentration_cycles: CyclesOfConcentration = 4.0
    """Cycles of concentration: blowdown = evaporation / (cycles - 1). Default 4: usual for potable water
    (3 to 6)."""
    drift_frac: Fraction = 0.00005
    """Droplets lost over water circulated. Default 0.005 %: usual guarantee of eliminators (from memory;
    low 0.0005 %)."""
    makeup_c: Annotated[NonNegative, Field(le=50)] = 20.0
    """Temperature of make-up water. Default 20: assumed, low 12, high 28."""
    tower_fan_frac: FanShare = 0.0138
    """Fan power over heat at the rating of ASHRAE 90.1 (35 to 29.4 degC at 23.9 degC wet bulb). Default: 40.2
    gpm/hp, the minimum of ASHRAE 90.1-2019 table 6.8.1-7 for axial fans on open towers, with motor and
    converter at 92 % (assumed). From it follow the fan's watts per kg/s of air."""
    tower_pump_pa: Head = 301_200.0
    """Electrical power of the tower pumps over their flow at full load. Default 19 W/gpm: condenser-water
    pumps of the baseline building of ASHRAE 90.1-2019, G3.1.3.11."""
    chiller_cop_ratio: Cop = 6.01
    """COP at full load, 29.4 degC tower water, 6.7 degC chilled water. Default 6.01: minimum of ASHRAE
    90.1-2019 for water-cooled centrifugal chillers of 600 tons and more with variable speed, path B
    (0.585 kW/ton, from memory; path A, read in the OpenStudio standards: 0.56, part load 0.50)."""
    chiller_part_load_cop_ratio: Cop = 9.25
    """IPLV as COP. Default 9.25: the same row (0.380 kW/ton, from memory)."""
    condenser_k: Difference = 7.0
    """Condensing above entering tower water at full load. Default 7: the water's rise of 5.2 at AHRI
    550/590's flow and 1.8 beyond it (assumed, low 6, high 11)."""

    @property
    def chiller(self) -> Chiller:
        """The law of its chillers."""
        return rated_chiller(
            self.chiller_cop_ratio,
            self.chiller_part_load_cop_ratio,
            evaporator_k=self.evaporator_k,
            condenser_k=self.condenser_k,
            min_lift_k=self.min_lift_k,
            max_supply_c=self.chiller_max_supply_c,
            fan_frac=0.0,
            water_cooled=True,
        )

    @model_validator(mode="after")
    def _ratings_agree(self) -> Self:
        _check_ratings("water-cooled chillers", lambda: self.chiller)
        return self


class AirCooledChiller(_Plant, _AirCooledChillers):
    """Air-cooled chillers, with dry coils that take over where the air is cold enough."""

    kind: Literal["air_cooled_chiller"] = "air_cooled_chiller"
    economiser: bool = True
    """Whether dry coils cool the loops in part or fully when the air allows. Default true: ASHRAE 90.1-2019
    section 6.5.1 asks data centres for an economiser in most climates."""
    approach_k: Difference = 8.0
    """Water leaving the dry coil above air at full load. Default 8: assumed, low 5, high 12."""
    fan_pa: Head = 240.0
    """Electrical power of the dry coil's fans over their volume flow at full load. Default 240: 120 Pa
    through coil and casing at 50 % from wire to air (assumed, low 150, high 350)."""
    coil_air_rise_k: Difference = 10.0
    """Warming of the air through the dry coil at full load. Default 10: assumed, low 8, high 14."""


class DryCooler(_Plant, _AirCooledChillers):
    """Dry coolers, with wetted pads before the coil above a switch temperature."""

    kind: Literal["dry_cooler"] = "dry_cooler"
    approach_k: Difference = 8.0
    """Water leaving the coil above air entering it at full load. Default 8: assumed, low 5, high 12."""
    fan_pa: Head = 300.0
    """Electrical power of the fans over their volume flow at full load. Default 300: 150 Pa through pads,
    coil and casing at 50 % from wire to air (assumed, low 200, high 450)."""
    coil_air_rise_k: Difference = 10.0
    """Warming of the air through the coil at full load. Default 10: assumed, low 8, high 14."""
    pads: bool = True
    """Whether there are adiabatic pads; without them the plant uses no water."""
    pad_effectiveness_frac: Fraction = 0.8
    """Drop of dry bulb over wet-bulb depression. Default 0.8: assumed, cellulose pads of 150 to 200 mm,
    low 0.65, high 0.9."""
    pad_switch_c: Annotated[Number, Field(ge=0, le=60)] = 25.0
    """The pads are wetted above this dry bulb. Default 25: assumed, low 18, high 30."""
    concentration_cycles: CyclesOfConcentration = 3.0
    """Cycles of concentration of the pads' water. Default 3: assumed, low 2, high 5."""
    trim_chiller: bool = True
    """Whether air-cooled chillers lift what the coil cannot reach; without them that heat is unmet."""


PlantInput = Annotated[OpenTower | AirCooledChiller | DryCooler, Field(discriminator="kind")]
"""Any cooling plant, told apart by ``kind``."""

Plant = OpenTower | AirCooledChiller | DryCooler


class ElectricalInput(InputModel):
    """Losses between the site's connection and the IT equipment; see :mod:`gigawatt.cooling.electrical`."""

    ups: Literal["double_conversion", "eco_mode", "none"] = "double_conversion"
    """Kind of uninterruptible supply. 'none' where batteries on the site's bus carry it through."""
    ups_share_frac: Fraction = 1.0
    """Share of the IT power behind the supply. Default 1: all of it."""
    ups_no_load_loss_frac: Fraction | None = None
    """Loss at no load over rated power; default by kind: 0.006 (double conversion), 0.004 (eco mode)."""
    ups_linear_loss_frac: Fraction | None = None
    """Loss that grows with load; default by kind: 0.013, 0.004."""
    ups_quadratic_loss_frac: Fraction | None = None
    """Loss that grows with the square of load; default by kind: 0.014, 0.003. The three together, assumed
    after makers' efficiency curves: 96.1, 96.9, 97.0 and 96.8 % at 25, 50, 75 and 100 % load (at full load
    low 94, high 97.5)."""
    distribution_loss_frac: Fraction = 0.01
    """Cables, busways, switchgear at full load; falls with the square of load. Default 0.01: assumed, low
    0.005, high 0.02 (0.56 % in the worked example of Lei & Masanet 2020)."""
    loss_in_rooms_frac: Fraction = 1.0
    """Share of the losses of supply and distribution that warms cooled rooms. Default 1: all."""
    transformer_no_load_loss_frac: Fraction = 0.002
    """Substation and unit transformers together, over their rated power. Default 0.002: unit transformer of
    99.53 % at half load (10 CFR 431.196, 2016, 2,500 kVA, from memory) with its peak there; substation
    transformers at two thirds of it (assumed)."""
    transformer_load_loss_frac: Fraction = 0.008
    """The same, at rated load; grows with the square of load."""
    transformer_size_ratio: Annotated[Positive, Field(ge=0.5, le=20)] = 2.0
    """Rated power of a transformer step over the IT capacity. Default 2: overhead and one spare of a pair in
    part (assumed, low 1.5, high 2.6)."""
    house_load_frac: Fraction = 0.005
    """Lighting, controls, offices over IT capacity, all hours. Default 0.005: assumed, low 0.002, high 0.02
    (0.18 % lighting alone in the worked example of Lei & Masanet 2020)."""


class WaterSource(_Dated):
    """Where water comes from, from a date on."""

    kind: Literal["potable", "recycled", "well"]
    limit_m3_per_day: Positive | None = None
    """Most that may be drawn a day; no limit where absent."""
    price_usd_per_m3: NonNegative
    """Price of water drawn, sewer charges included."""
