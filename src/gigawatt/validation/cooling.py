"""Published figures of cooling beside the model's: chillers, towers, water, PUE.

Every figure is typed in with its source; what needs the Memphis file runs only where the shared folder is.
Rows whose note starts with 'shown' are set beside the model to be explained; their tolerance is not a claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np

from gigawatt.cooling import (
    AirCooledChiller,
    DryCooler,
    ElectricalInput,
    OpenTower,
    OutdoorAir,
    Plant,
    air_at,
    evaporation_l_per_kwh,
    it_capacity_mw,
    makeup_l_per_kwh,
    pue_design,
    simulate,
)
from gigawatt.cooling.chiller import AIR_C, RATED_LEAVING_C, TOWER_WATER_C, Chiller
from gigawatt.cooling.lei_masanet import LeiMasanetPlant, lei_masanet_power
from gigawatt.kernel import psychrometrics
from gigawatt.kernel.clock import Clock
from gigawatt.kernel.handover import Array, DesignConditions, HeatLoad, Weather
from gigawatt.validation.rows import ValidationRow

AnyPlant = TypeVar("AnyPlant", OpenTower, AirCooledChiller, DryCooler)

_STANDARDS = "ASHRAE 90.1-2019 table 6.8.1-3 (OpenStudio standards, ashrae_90_1_2019.chillers.json)"
_CURVES = "Chiller curve {name} (OpenStudio standards / EnergyPlus), energy input ratio over its rating's"
_MEMPHIS = DesignConditions(39.9, 25.4, 29.4, 34.1, 100_400.0)
"""Extremes of 20 years of Memphis; the coincident values are estimates."""
_START = date(2025, 1, 1)
_L_PER_GALLON = 3.785411784


@dataclass(frozen=True)
class _Curve:
    """A published chiller: capacity and energy input ratio over leaving water x and outdoor air y [°C]."""

    name: str
    capacity: tuple[float, ...]
    input_ratio: tuple[float, ...]
    fitted: bool
    rated: tuple[float, float] = (RATED_LEAVING_C, 35.0)
    """Leaving water and air, or tower water, of its rating [°C]."""

    def capacity_at(self, leaving_c: float, outside_c: float) -> float:
        """Capacity over capacity at the rating."""
        return _biquadratic(self.capacity, leaving_c, outside_c)

    def input_at(self, leaving_c: float, outside_c: float) -> float:
        """Electricity per heat over that at the rating."""
        return _biquadratic(self.input_ratio, leaving_c, outside_c)


_AIR_CURVES = (
    _Curve(
        "AirCooled_Chiller_2004_PathA",
        (1.0433825, 0.0407073, 0.0004506, -0.0041514, -8.86e-05, -0.0003467),
        (0.5961915, -0.0099496, 0.0007888, 0.0004506, 0.0004875, -0.0007623),
        fitted=True,
    ),
    _Curve(
        "ChlrAirScrew",
        (0.985959, 0.049487, -0.000298, -0.003737, -4.5e-05, -0.000502),
        (0.570624, 0.011954, -0.000522, -3.2e-05, 0.000421, -0.000606),
        fitted=True,
    ),
    _Curve(
        "AirCooledChillerScrewCmp",
        (0.98898813, 0.036832851, 0.000174006, -0.000275634, -0.000143667, -0.000246286),
        (0.814058418, 0.002335553, 0.000817786, -0.017129784, 0.000773288, -0.000922024),
        fitted=False,
    ),
    _Curve(
        "ScrollChlrAirCool",
        (1.05229229, 0.033560892, 0.000215, -0.005180832, -4.42e-05, -0.000215),
        (0.58333562, -0.004036194, 0.000468, -0.000224478, 0.000481, -0.000682),
        fitted=False,
    ),
)
_WATER_CURVES = (
    _Curve(
        "Trane CVHF 2317 kW, variable speed",
        (0.7277716, 0.01018101, -0.0006282438, 0.01337701, -0.0005050352, 0.001527259),
        (0.350233, -0.0230151, 0.0005749596, 0.01902421, 0.0003109974, -0.0004714517),
        fitted=True,
        rated=(5.56, 29.44),
    ),
    _Curve(
        "Carrier 19XR 2391 kW, variable speed",
        (0.3676388, -0.0508768, -0.001772675, 0.09518123, -0.003403878, 0.004526983),
        (0.6230142, -0.02371649, 0.0003996265, 0.02874515, -0.0002115103, -0.0001526191),
        fitted=False,
        rated=(7.22, 23.89),
    ),
    _Curve(
        "Carrier 19XR 1801 kW, variable speed",
        (0.6174861, -0.07299051, -0.001897105, 0.07003662, -0.002852439, 0.005751931),
        (0.6931082, -0.01885558, 0.0008345461, 0.01263879, 0.0004588028, -0.0008221467),
        fitted=False,
        rated=(7.22, 23.89),
    ),
    _Curve(
        "McQuay PFH 2124 kW, inlet vanes",
        (1.040134, -0.0174565, 0.001084856, 0.006629328, -0.0008008991, 0.001567769),
        (1.157799, -0.03621524, -0.003684818, -0.01202959, -7.378548e-05, 0.003787365),
        fitted=False,
        rated=(8.89, 23.89),
    ),
)


def rows(shared: Path | None) -> list[ValidationRow]:
    """Compare the cooling room with published figures.

    Parameters
    ----------
    shared
        The folder of measured data, or None.
    """
    table = [*_ratings(), *_over_ambient(), *_water_cooled(), *_published_plant(), *_rules(), *_design_hour()]
    if shared is not None:
        table += [*_memphis_water(shared), *_memphis_year(shared)]
    return table


def _plant(model: type[AnyPlant], **more: float) -> AnyPlant:
    return model.model_validate({"name": "plant", "from": _START, "capacity_mw": 100.0, **more})


def _row(
    group: str,
    quantity: str,
    published: float,
    modelled: float,
    tolerance: float,
    source: str,
    *,
    relative: bool = True,
    baseline: float | None = None,
    note: str = "",
    fitted: bool = False,
) -> ValidationRow:
    return ValidationRow(
        model="cooling",
        group=group,
        quantity=quantity,
        published=published,
        modelled=float(modelled),
        tolerance=tolerance,
        relative=relative,
        source=source,
        baseline=baseline,
        note=note,
        fitted=fitted,
    )


def _biquadratic(c: tuple[float, ...], x: float, y: float) -> float:
    return c[0] + c[1] * x + c[2] * x * x + c[3] * y + c[4] * y * y + c[5] * x * y


def _ratings() -> list[ValidationRow]:
    group = "chiller ratings"
    note = "the two ratings set the chiller's two constants"
    air, water = _plant(AirCooledChiller), _plant(OpenTower)
    of_air, of_water = air.chiller, water.chiller
    return [
        _row(group, "COP, air-cooled, 35 degC air, 6.7 degC water", 2.96, of_air.cop(35.0, 6.7), 1e-6,
             _STANDARDS, note=note, fitted=True),
        _row(group, "IPLV as COP, air-cooled", 4.10, of_air.integrated_part_load_cop(AIR_C), 1e-6,
             _STANDARDS, note=note, fitted=True),
        _row(group, "COP, water-cooled, 29.4 degC tower water, path B", 6.01, of_water.cop(29.4, 6.7), 1e-6,
             "ASHRAE 90.1-2019 table 6.8.1-3, from memory", note=note, fitted=True),
        _row(group, "IPLV as COP, water-cooled, path B", 9.25,
             of_water.integrated_part_load_cop(TOWER_WATER_C), 1e-6,
             "ASHRAE 90.1-2019 table 6.8.1-3, from memory", note=note, fitted=True),
    ]  # fmt: skip


def _ratio(chiller: Chiller, curve: _Curve, leaving_c: float, outside_c: float) -> float:
    """Electricity per heat over that at the rating, at all the capacity that the published chiller has."""
    size = curve.capacity_at(leaving_c, outside_c) / curve.capacity_at(*curve.rated)
    return chiller.cop(curve.rated[1], curve.rated[0]) / chiller.cop(outside_c, leaving_c, size)


def _off_rating(
    group: str,
    chiller: Chiller,
    curve: _Curve,
    points: tuple[tuple[float, float], ...],
    tolerance: float,
    note: str,
) -> list[ValidationRow]:
    return [
        _row(
            group + (" (fitted)" if curve.fitted else ""),
            f"electricity per heat over rating, {leaving:g} degC water, {outside:g} degC out, {curve.name}",
            curve.input_at(leaving, outside) / curve.input_at(*curve.rated),
            _ratio(chiller, curve, leaving, outside),
            tolerance,
            _CURVES.format(name=curve.name),
            baseline=1.0,
            note=note,
            fitted=curve.fitted,
        )
        for leaving, outside in points
    ]


def _over_ambient() -> list[ValidationRow]:
    plant = _plant(AirCooledChiller)
    points = ((6.7, 25.0), (6.7, 30.0), (6.7, 40.0), (6.7, 45.0), (10.0, 30.0), (10.0, 40.0))
    chiller = plant.chiller
    group = "air-cooled chiller off its rating"
    return [row for c in _AIR_CURVES for row in _off_rating(group, chiller, c, points, 0.10, "")]


def _water_cooled() -> list[ValidationRow]:
    plant = _plant(OpenTower)
    chiller = plant.chiller
    group = "water-cooled chiller off its rating"
    vanes = (
        "shown: a fixed-speed machine with vanes gains little from cold tower water; ours is variable-speed"
    )
    return [
        row
        for c in _WATER_CURVES
        for row in _off_rating(
            group,
            chiller,
            c,
            ((7.0, 15.0), (7.0, 20.0), (8.5, 23.5)),
            0.20,
            vanes if "vanes" in c.name else "",
        )
    ]


def _published_plant() -> list[ValidationRow]:
    plant = LeiMasanetPlant.from_vector([
        0.980302734, 0.00560546875, 0.00181445313, 27.3671875, 18.8856337, 7.50488281, 4.13867188, 416.992188,
        0.713720703, 148.339844, 0.745947266, 6500976.56, 0.674023438, 156284.191, 0.668945312, 171884.552,
        0.745117188, 210534.68, 0.709960938, 6.50576172, 2.29404297, 0.816601563, 0.986289063, 0.224023438,
        0.105488281, 1.11914062,
    ])  # fmt: skip
    done = lei_masanet_power(plant, 20.0, 0.4, 101_325.0)
    return [
        _row(
            "published plant (Lei & Masanet)",
            "PUE at 20 degC, 40 %",
            1.0887168184890426,
            float(done.pue),
            1e-9,
            "Lei & Masanet, Energy 201 (2020) 117556: example of the published tool",
            relative=False,
            note="a documented implementation of that paper's plant, apart from ours",
        )
    ]


def _rules() -> list[ValidationRow]:
    """Rules of thumb for evaporation at a summer design hour, 35 degC dry and 25.6 degC wet bulb."""
    group = "tower evaporation, rules of thumb"
    per_kwh = float(evaporation_l_per_kwh(air_at(35.0, 25.6, 101_325.0), 4.0, 10.0)[0])
    latent_only = 3600.0 / 2430.0
    kw_per_ton = 15_000.0 / 3412.142
    table = [
        ("evaporation, 0.00085 of flow per degF of range, L/kWh", 0.00085 * 1.8 * 3600.0 / 4.186, 0.12,
         "Perry's Chemical Engineers' Handbook rule, as quoted in Cooling Towers: Principles and Practice"),
        ("evaporation, 0.001 of flow per degF of range, L/kWh", 0.001 * 1.8 * 3600.0 / 4.186, 0.12,
         "gorhamschaffler.com, cooling tower make-up"),
        ("evaporation, 2 gpm a million Btu/h, L/kWh", 2 * 60 * _L_PER_GALLON / 293.071, 0.12,
         "gorhamschaffler.com, cooling tower make-up"),
        ("evaporation, 0.03 gpm a ton of 15,000 Btu/h, L/kWh", 0.03 * 60 * _L_PER_GALLON / kw_per_ton, 0.12,
         "eng-tips.com thread 67873"),
    ]  # fmt: skip
    out = [
        _row(group, quantity, published, per_kwh, tolerance, source, baseline=latent_only,
             note="the rules count all heat as latent or nearly so; baseline: latent heat alone")
        for quantity, published, tolerance, source in table
    ]  # fmt: skip
    makeup = float(makeup_l_per_kwh(np.array([per_kwh]), 4.0)[0])
    out.append(
        _row(group, "make-up, 0.05 gpm a ton, L/kWh", 0.05 * 60 * _L_PER_GALLON / kw_per_ton, makeup, 0.30,
             "eng-tips.com thread 67873", note="the rule's cycles of concentration are not given (about 2.5)")
    )  # fmt: skip
    out.append(
        _row(group, "make-up, published 1.8 L a kWh cooled", 1.8, makeup, 0.10,
             "usual planning figure for evaporative plants (LBNL, Uptime Institute; from memory)")
    )  # fmt: skip
    return out


def _design_hour() -> list[ValidationRow]:
    group = "PUE of the design hour, Memphis"
    source = "Epoch AI, Frontier Data Centers (CC BY 4.0), peak PUE; an estimate, not a meter"
    none, liquid = ElectricalInput(ups="none"), 0.75
    tower, chiller = _plant(OpenTower), _plant(AirCooledChiller)
    condensers: list[Plant] = [_plant(AirCooledChiller), _plant(DryCooler, pads=False)]
    note = "plant, share of liquid and supply are assumed here; no constant was chosen for this row"
    return [
        _row(group, "Colossus 1 with air-cooled chillers", 1.30,
             pue_design([chiller], none, liquid, _MEMPHIS), 0.06, source, baseline=1.30, note=note),
        _row(group, "Colossus 1 with towers only", 1.25, pue_design([tower], none, liquid, _MEMPHIS), 0.12,
             source, baseline=1.30,
             note="water-cooled chillers for all heat would explain the difference: with cold plates on "
             "tower water only the share of the air is lifted; " + note),
        _row(group, "Colossus 2, chillers and dry condensers", 1.35,
             pue_design(condensers, none, 0.85, _MEMPHIS), 0.10, source, baseline=1.30, note=note),
    ]  # fmt: skip


def _memphis(shared: Path) -> tuple[OutdoorAir, Array, Weather]:
    data = np.genfromtxt(shared / "weather" / "memphis_tmy3_compact.csv", delimiter=",", names=True)
    dry, dew, pressure = data["dry_bulb_c"], data["dew_point_c"], data["pressure_pa"]
    humidity = psychrometrics.humidity_ratio_from_dew_point(dew, pressure)
    weather = Weather(dry, dew, data["wet_bulb_c"], pressure, data["ghi_wh_m2"])
    return OutdoorAir(dry, data["wet_bulb_c"], humidity, pressure), data["month"], weather


def _memphis_water(shared: Path) -> list[ValidationRow]:
    air, month, _ = _memphis(shared)
    water = makeup_l_per_kwh(evaporation_l_per_kwh(air, 4.0, 10.0), 4.0)
    group = "tower water, Memphis"
    source = "issue 2: approach 4 K, range 10 K, exit at the water's mean, 4 cycles, drift apart; TMY3 723340"
    naive = 3600.0 / 2430.0 * 4.0 / 3.0
    return [
        _row(group, f"make-up per heat rejected, {name}, L/kWh", published, water[chosen].mean(), 0.03,
             source, baseline=naive)
        for name, published, chosen in (
            ("year", 1.55, month > 0),
            ("January", 1.20, month == 1),
            ("August", 1.77, month == 8),
        )
    ]  # fmt: skip


def _memphis_year(shared: Path) -> list[ValidationRow]:
    _, month, weather = _memphis(shared)
    clock = Clock(date(2025, 1, 1), date(2026, 1, 1))

    def year(plant: Plant, electrical: ElectricalInput, liquid: float, load: float) -> tuple[float, Array]:
        it = np.full(clock.hours, load * it_capacity_mw([plant], electrical, liquid))
        done = simulate([plant], electrical, HeatLoad(liquid * it, (1 - liquid) * it), weather, clock)
        return 1.0 + float(done.total.overhead_mw.sum() / it.sum()), done.total.makeup_m3 / it

    none, double = ElectricalInput(ups="none"), ElectricalInput()
    tower_pue, tower_water = year(_plant(OpenTower), none, 0.75, 0.8)
    air_pue, _ = year(_plant(OpenTower), double, 0.0, 0.6)
    chiller_pue, _ = year(_plant(AirCooledChiller), double, 0.0, 0.6)
    dry_pue, dry_water = year(_plant(DryCooler), none, 0.75, 0.8)
    colossus, fleet = "water of Colossus 1 (shown)", "annual PUE and WUE of fleets (plausibility)"
    unknown = "plant and climate of the fleet are not those of the model; a wide plausibility check"
    march = float(tower_water[month == 3].mean())
    days = tower_water.reshape(-1, 24).mean(axis=1)
    return [
        _row(colossus, "design draw of 3 million gallons a day for 300 MW, L/kWh", 1.577, float(days.max()),
             0.5, "compute-atlas citing Governing; 3 MGD / 300 MW",
             note="shown: modelled is the thirstiest day of the year, per IT energy at 4 cycles; the mean of "
             f"the year is {tower_water.mean():.2f}. More cycles (three quarters of it is evaporation) or a "
             "load below 300 MW would bring the day down"),
        _row(colossus, "25 million gallons in March 2026 at 300 MW, L/kWh", 0.424, march, 3.0,
             "thecoolingreport; 25 million gallons / (300 MW x 744 h)",
             note="shown: modelled is March with towers for all heat. Less load than 300 MW (leased only "
             "from May), heat left to dry equipment, or a meter that counts one of several sources would "
             f"each lower it; together they must explain a factor of {march / 0.424:.1f}"),
        _row(fleet, "PUE, open tower, 75 % liquid, no UPS, Memphis", 1.09, tower_pue, 0.06,
             "Google fleet 2024 (recalled; Google environmental report 2025)", baseline=1.56, note=unknown),
        _row(fleet, "PUE, open tower, all air, UPS, Memphis", 1.18, air_pue, 0.08,
             "Microsoft fleet 2022-23 (DCD)", baseline=1.56, note=unknown),
        _row(fleet, "PUE, air-cooled chiller with economiser, all air, UPS, Memphis", 1.25, chiller_pue,
             0.10, "LBNL 2024, US average projected for 2028, 1.15 to 1.35 (recalled)", baseline=1.56,
             note=unknown),
        _row(fleet, "PUE, dry cooler with pads, 75 % liquid, no UPS, Memphis", 1.08, dry_pue, 0.06,
             "AWS, new sites with direct liquid cooling, target of 2025 (DCD)", baseline=1.56, note=unknown),
        _row(fleet, "WUE, dry cooler with pads, Memphis, L/kWh", 0.30, float(dry_water.mean()), 0.20,
             "Microsoft fleet FY2024 (cybertechbiz)", relative=False, baseline=1.8, note=unknown),
    ]  # fmt: skip
