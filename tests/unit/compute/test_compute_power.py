"""The three levels of power, the network's share, and the catalogue behind them."""

import pytest

from gigawatt import catalog
from gigawatt.compute import Fabric, fabric_power_kw_per_gpu, fabric_tiers, system
from gigawatt.kernel.errors import InputError

CHIPS = catalog.names("chip")


@pytest.mark.parametrize("chip", CHIPS)
def test_the_three_levels_are_apart_and_in_order(chip):
    s = system(chip)
    assert s.nameplate_kw_per_gpu < s.system_kw_per_gpu < s.provisioned_kw_per_gpu
    states = [s.measured_kw_per_gpu(state) for state in ("down", "idle", "serving", "training")]
    assert states == sorted(states)
    assert states[-1] < s.provisioned_kw_per_gpu
    assert 0.0 <= s.liquid_kw_per_gpu("training") <= s.measured_kw_per_gpu("training")
    assert 0.0 <= s.provisioned_liquid_frac <= s.liquid_frac


@pytest.mark.parametrize("chip", CHIPS)
def test_provisioned_is_the_sum_of_its_parts(chip):
    s = system(chip)
    parts = s.system_max_kw / s.gpus_per_system * (1 + s.storage_management_frac) + s.network_kw_per_gpu
    assert s.provisioned_kw_per_gpu == pytest.approx(parts, rel=1e-12)


def test_an_unknown_chip_suggests_the_nearest():
    with pytest.raises(InputError, match="GW101"):
        system("gb2000")
    with pytest.raises(InputError) as caught:
        system("gb2000")
    assert caught.value.problems[0].remedy == "write 'gb200'"


def test_a_missing_precision_falls_to_the_next_wider():
    assert system("a100-80").peak_tflops("fp8") == 312.0
    assert system("h100").serving_peak_tflops == 1978.9
    assert system("gb300").serving_peak_tflops == 15_000.0


@pytest.mark.parametrize(
    ("endpoints", "radix", "tiers"), [(64, 64, 1), (65, 64, 2), (2048, 64, 2), (2049, 64, 3), (65_536, 64, 3)]
)
def test_tiers_grow_where_the_tree_is_full(endpoints, radix, tiers):
    assert fabric_tiers(endpoints, radix) == tiers


@pytest.mark.parametrize(("endpoints", "switches"), [(1024, 48), (2048, 96), (32_768, 2560), (104_858, 8192)])
def test_switches_agree_with_a_published_bill_of_materials(endpoints, switches):
    """tech-talk-cto price sheet, August 2024, radix 64 (../shared/facts/networks.csv)."""
    unit = Fabric(radix=64, switch_kw=1.0, switch_optic_kw=0.0, endpoint_optic_kw=0.0, ports_per_gpu=1.0)
    tiers = min(fabric_tiers(endpoints, 64), 3)  # the sheet stays at three tiers beyond 65,536
    counted = (2 * tiers - 1) * endpoints / 64
    assert counted == pytest.approx(switches, rel=1e-3)
    if fabric_tiers(endpoints, 64) <= 3:
        assert fabric_power_kw_per_gpu(unit, endpoints) * endpoints == pytest.approx(switches, rel=1e-3)


def test_optics_count_two_for_each_link():
    optics = Fabric(radix=64, switch_kw=0.0, switch_optic_kw=1.0, endpoint_optic_kw=1.0, ports_per_gpu=1.0)
    for tiers, gpus in ((1, 64), (2, 2048), (3, 65_536)):
        assert fabric_power_kw_per_gpu(optics, gpus) == pytest.approx(2.0 * tiers)


def test_nonsense_fabrics_are_refused():
    with pytest.raises(ValueError, match="endpoints"):
        fabric_tiers(0, 64)
    with pytest.raises(ValueError, match="radix"):
        fabric_tiers(10, 2)


def test_every_row_of_the_room_has_a_source_a_date_and_a_confidence():
    for kind in ("chip", "system", "mfu", "serving", "model", "demand_profile"):
        for row in catalog.rows(kind).values():
            assert row.source
            assert row.as_of[:2] == "20"
            assert row.confidence in catalog.CONFIDENCES
            for name, own in row.sources.items():
                assert name in row.values
                assert own["confidence"] in catalog.CONFIDENCES
