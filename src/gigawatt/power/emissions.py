"""Pollutants and carbon of burnt fuel: from concentrations in the exhaust to mass.

EPA Method 19 (40 CFR 60, appendix A-7), equation 19-1: with the concentration C in ppm of dry exhaust at
15 % oxygen, the mass per heat input is

    E = K x C x F_d x 20.9 / (20.9 - 15)      [lb/MMBtu, higher heating value]

where F_d is the dry exhaust without excess air (8,710 dscf/MMBtu for natural gas) and K the mass of one ppm
in a cubic foot at 68 degF: molar mass / 385.3 scf/lb-mol x 1e-6. NOx counts as NO2, VOC as propane.
"""

from __future__ import annotations

from gigawatt.power.models import POLLUTANTS

LB_KG = 0.45359237
SHORT_TON_KG = 907.18474
_MOLAR_MASS = {"nox": 46.0055, "co": 28.010, "voc": 44.097}
_SCF_PER_LB_MOL = 385.3
_OXYGEN = 20.9 / (20.9 - 15.0)

__all__ = [
    "LB_KG",
    "POLLUTANTS",
    "SHORT_TON_KG",
    "co2_kg_per_mwh",
    "kg_per_mmbtu_ppm",
    "pollutant_lb_per_mwh",
]


def kg_per_mmbtu_ppm(pollutant: str, f_factor_dscf_per_mmbtu: float = 8710.0) -> float:
    """Mass of a pollutant per heat input and ppm at 15 % oxygen.

    Parameters
    ----------
    pollutant
        'nox' (as NO2), 'co' or 'voc' (as propane).
    f_factor_dscf_per_mmbtu
        Dry F-factor of the fuel; 8,710 for natural gas, 9,190 for oil.

    Returns
    -------
    float
        kg/MMBtu for one ppm.

    Examples
    --------
    One ppm of NOx is 0.00368 lb/MMBtu for gas:

    >>> round(kg_per_mmbtu_ppm("nox") / LB_KG, 5)
    0.00368
    """
    per_scf_lb = _MOLAR_MASS[pollutant] / _SCF_PER_LB_MOL * 1e-6
    return per_scf_lb * f_factor_dscf_per_mmbtu * _OXYGEN * LB_KG


def pollutant_lb_per_mwh(
    pollutant: str, ppm: float, heat_rate_btu_per_kwh: float, f_factor_dscf_per_mmbtu: float = 8710.0
) -> float:
    """Mass of a pollutant per electricity at full load, lb/MWh.

    >>> round(pollutant_lb_per_mwh("nox", 2.0, 10650.0), 4)
    0.0785
    """
    per_mmbtu = kg_per_mmbtu_ppm(pollutant, f_factor_dscf_per_mmbtu) / LB_KG
    return ppm * per_mmbtu * heat_rate_btu_per_kwh / 1e3


def co2_kg_per_mwh(heat_rate_btu_per_kwh: float, co2_kg_per_mmbtu: float = 53.06) -> float:
    """Carbon dioxide of the fuel per electricity at full load, kg/MWh (40 CFR 98, table C-1).

    >>> round(co2_kg_per_mwh(10650.0))
    565
    """
    return heat_rate_btu_per_kwh / 1e3 * co2_kg_per_mmbtu
