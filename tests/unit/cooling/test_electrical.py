"""Losses of supply, distribution and transformers."""

import numpy as np
import pytest

from gigawatt.cooling import ElectricalInput
from gigawatt.cooling.electrical import hall_losses, transformer_loss_mw, ups_loss_frac

ONE = np.ones(1)


def test_kinds_of_supply_are_ordered_at_every_load():
    for load in (0.1, 0.4, 0.7, 1.0):
        double, eco, none = (
            ups_loss_frac(ElectricalInput(ups=kind), load * ONE)[0]
            for kind in ("double_conversion", "eco_mode", "none")
        )
        assert double > eco > none == 0.0


def test_efficiency_of_double_conversion_peaks_between_half_and_full_load():
    loads = np.linspace(0.1, 1.0, 91)
    efficiency = loads / (loads + ups_loss_frac(ElectricalInput(), loads))
    assert 0.5 < loads[efficiency.argmax()] < 0.9
    assert efficiency[0] < 0.94
    assert efficiency.max() == pytest.approx(0.970, abs=0.001)


def test_given_coefficients_override_and_none_ignores_them():
    given = {"ups_no_load_loss_frac": 0.04, "ups_linear_loss_frac": 0.05, "ups_quadratic_loss_frac": 0.01}
    assert ups_loss_frac(ElectricalInput(**given), 0.5 * ONE)[0] == pytest.approx(0.0675)
    assert ups_loss_frac(ElectricalInput(ups="none", **given), 0.5 * ONE)[0] == 0.0


def test_share_behind_the_supply_scales_its_loss():
    half = ElectricalInput(ups_share_frac=0.5, distribution_loss_frac=0.0, house_load_frac=0.0)
    whole = half.model_copy(update={"ups_share_frac": 1.0})
    assert hall_losses(whole, 80 * ONE, 100 * ONE).total_mw[0] == pytest.approx(
        2 * hall_losses(half, 80 * ONE, 100 * ONE).total_mw[0]
    )


def test_transformer_meets_the_federal_efficiency_at_half_load():
    """10 CFR 431.196: 99.53 % at half load for the unit step, two thirds of its loss for the substation."""
    loss = transformer_loss_mw(ElectricalInput(), 100 * ONE, 100 * ONE)[0]  # 200 MW rated, half load
    assert loss / 100 == pytest.approx(0.0047 * (1 + 2 / 3), rel=0.03)
