"""The cooling room against published numbers and independent code.

Provenance
----------
- Lei & Masanet, Energy 201 (2020) 117556: the worked example of the published tool (kept beside the
  repository); its other modes against the same equations written a second time here, with another solver.
- Water of a tower at Memphis: TMY3 723340 (NREL), issue's figures for approach 4 K, range 10 K, 4 cycles.
- Chiller curves: EnergyPlus and OpenStudio standards, as typed into the validation rows.
- Merkel's method is the independent check of the tower's off-design approach.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from gigawatt.cooling.air import OutdoorAir
from gigawatt.cooling.lei_masanet import LeiMasanetPlant, lei_masanet_power
from gigawatt.cooling.tower import (
    design_air_kg_per_s_per_mw,
    evaporation_l_per_kwh,
    makeup_l_per_kwh,
    run_tower,
)
from gigawatt.kernel import psychrometrics
from gigawatt.validation.cooling import rows

EXAMPLE = (
    0.980302734, 0.00560546875, 0.00181445313, 27.3671875, 18.8856337, 7.50488281, 4.13867188, 416.992188,
    0.713720703, 148.339844, 0.745947266, 6500976.56, 0.674023438, 156284.191, 0.668945312, 171884.552,
    0.745117188, 210534.68, 0.709960938, 6.50576172, 2.29404297, 0.816601563, 0.986289063, 0.224023438,
    0.105488281, 1.11914062,
)  # fmt: skip


@pytest.mark.shared
def test_the_published_example_to_1e_9(shared: Path):
    case = json.loads((shared / "validation" / "cooling_lei_masanet.json").read_text())
    at = case["conditions"]
    done = lei_masanet_power(
        LeiMasanetPlant.from_vector(case["WEC"]["x"]),
        at["dry_bulb_C"],
        at["rel_hum_pct"] / 100.0,
        at["pressure_Pa"],
    )
    assert float(done.pue) == pytest.approx(case["WEC"]["pue"], abs=1e-9)
    assert float(done.economiser_share) == 1.0


def second_writing(x, dry_c, humid, pressure):
    """PUE by the paper's sums, in scalars, with Newton's method for the wet bulb."""

    def vapour(t, at_zero):
        return at_zero * math.exp((18.678 - t / 234.5) * t / (257.14 + t))

    def enthalpy(t, pv):
        return 1.01 * t + (2500 + 1.84 * t) * 0.62198 * pv / (pressure - pv)

    wanted = enthalpy(dry_c, humid * vapour(dry_c, 611.21))
    wet = dry_c
    for _ in range(60):
        slope = (enthalpy(wet + 1e-4, vapour(wet + 1e-4, 611.2)) - enthalpy(wet, vapour(wet, 611.2))) / 1e-4
        wet -= (enthalpy(wet, vapour(wet, 611.2)) - wanted) / slope
    heat = 1 / x[0] + 1 / (1 - x[1]) + x[2] - 1
    load = heat / x[22]
    supply = x[3] + x[4] - x[4] / x[21]
    back = supply + x[5]
    reach = wet + x[19] + x[20]
    free = load if reach <= supply else load * (back - reach) / (back - supply) if reach < back else 0.0
    t, u = wet + x[19], x[23]
    cop = 16.798751 + 0.00884 * t * t - 8.528931 * u * u + 9.885294 * u - 0.760621 * t + 0.084615 * u * t
    chiller = (load - free) / (cop * (1 + x[24]))
    tower = (load + chiller) / (4.2 * x[6])
    mid = 0.5 * (supply + back)
    parts = [
        heat,
        heat / (1.01 * x[4]) / (1.293 * pressure / 101325 * 273.15 / (273.15 + x[3])) * x[7] / x[8] / 1e3,
        (load - heat) / (2500.5 - 2.3097 * mid - 0.0013 * mid * mid) * x[11] / x[12] / 1e6,
        free / (4.2 * x[5]) * x[13] / x[14] / 1e6,
        chiller,
        (load - free) / (4.2 * x[5]) * x[15] / x[16] / 1e6,
        tower * x[17] / x[18] / 1e6,
        tower / x[25] / (1.293 * pressure / 101325 * 273.15 / (273.15 + dry_c)) * x[9] / x[10] / 1e3,
    ]
    return sum(parts)


def test_every_mode_of_the_published_plant():
    rng = np.random.default_rng(7)
    seen = set()
    for _ in range(300):
        x = np.array(EXAMPLE) * rng.uniform(0.85, 1.15, 26)
        x[0], x[22] = min(x[0], 0.99), min(x[22], 0.99)
        dry, humid, pressure = rng.uniform(-10, 42), rng.uniform(0.1, 1.0), rng.uniform(8e4, 1.03e5)
        done = lei_masanet_power(LeiMasanetPlant.from_vector(x), dry, humid, pressure)
        share = float(done.economiser_share)
        seen.add("full" if share == 1.0 else "none" if share == 0.0 else "partial")
        assert float(done.pue) == pytest.approx(second_writing(x, dry, humid, pressure), abs=1e-9)
    assert seen == {"full", "partial", "none"}


def test_the_published_plant_takes_arrays():
    plant = LeiMasanetPlant.from_vector(EXAMPLE)
    together = lei_masanet_power(plant, np.array([5.0, 20.0, 35.0]), 0.4, 101325.0).pue
    apart = [float(lei_masanet_power(plant, t, 0.4, 101325.0).pue) for t in (5.0, 20.0, 35.0)]
    assert together == pytest.approx(apart, abs=1e-14)
    with pytest.raises(ValueError, match="26 parameters, not 3"):
        LeiMasanetPlant.from_vector([1, 2, 3])


@pytest.mark.shared
@pytest.mark.parametrize(("month", "published"), [(None, 1.55), (1, 1.20), (8, 1.77)])
def test_tower_water_at_memphis(shared: Path, month, published):
    data = np.genfromtxt(shared / "weather" / "memphis_tmy3_compact.csv", delimiter=",", names=True)
    pressure = data["pressure_pa"]
    humidity = psychrometrics.humidity_ratio_from_dew_point(data["dew_point_c"], pressure)
    air = OutdoorAir(data["dry_bulb_c"], data["wet_bulb_c"], humidity, pressure)
    water = makeup_l_per_kwh(evaporation_l_per_kwh(air, 4.0, 10.0), 4.0)
    chosen = water if month is None else water[data["month"] == month]
    assert chosen.mean() == pytest.approx(published, rel=0.03)


def merkel_leaving_c(wet_bulb_c, liquid_over_gas, characteristic, range_k):
    """Leaving water of a counterflow tower by Merkel's integral (Chebyshev's four points, CTI)."""

    def saturated(t):
        return psychrometrics.enthalpy_j_per_kg(t, psychrometrics.saturation_humidity_ratio(t, 101_325.0))

    def needed(cold):
        entering = saturated(wet_bulb_c)
        total = 0.0
        for share in (0.1, 0.4, 0.6, 0.9):
            t = cold + share * range_k
            gas = entering + liquid_over_gas * 4186.0 * share * range_k
            total += 1.0 / (saturated(t) - gas)
        return 4186.0 * range_k / 4.0 * total * liquid_over_gas

    low, high = wet_bulb_c + 0.3, wet_bulb_c + 40.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        gas_out = saturated(wet_bulb_c) + liquid_over_gas * 4186.0 * range_k
        pinched = any(
            saturated(middle + s * range_k) <= saturated(wet_bulb_c) + s * (gas_out - saturated(wet_bulb_c))
            for s in (0.1, 0.4, 0.6, 0.9)
        )
        if pinched or needed(middle) > characteristic:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def test_off_design_approach_against_merkel():
    """With air and water flow held, leaving water within 1.2 K of Merkel's, 5 to 28 °C wet bulb."""
    flow = design_air_kg_per_s_per_mw(25.6, 4.0, 10.0)
    water_kg_per_s = 1e6 / (4186.0 * 10.0)
    ratio = water_kg_per_s / flow
    low, high = 0.2, 8.0
    for _ in range(50):
        characteristic = 0.5 * (low + high)
        if merkel_leaving_c(25.6, ratio, characteristic * ratio, 10.0) > 29.6:
            low = characteristic
        else:
            high = characteristic
    for wet in (5.0, 12.0, 18.0, 22.0, 28.0):
        air = OutdoorAir(
            np.array([wet + 7.0]),
            np.array([wet]),
            psychrometrics.humidity_ratio_from_wet_bulb(np.array([wet + 7.0]), np.array([wet]), 101_325.0),
            np.array([101_325.0]),
        )
        ours = run_tower(np.array([1.0]), air, np.array([flow]), -30.0, 10.0, 20.0).leaving_c[0]
        theirs = merkel_leaving_c(wet, ratio, characteristic * ratio, 10.0)
        assert ours == pytest.approx(theirs, abs=1.2), wet


def test_published_figures_hold_and_are_many():
    table = rows(None)
    assert len([r for r in table if not r.fitted]) >= 10
    broken = [r for r in table if not r.holds and not r.note.startswith("shown")]
    assert broken == []
