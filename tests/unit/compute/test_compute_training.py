"""FLOPs, utilisation and goodput of a training run."""

import numpy as np
import pytest

from gigawatt.compute import (
    FixedMfu,
    MfuPoint,
    MfuTable,
    ModelShape,
    daly_interval_h,
    goodput_frac,
    language_model,
    time_shares,
    training_flops_per_token,
)

DENSE = language_model("llama3.1-405b")
MIXTURE = language_model("deepseek-v3")


def point(chip="h100", gpus=1024.0, mfu=0.4, report="a", *, precision="bf16", moe=False, setup="m"):
    return MfuPoint(chip, "hopper", precision, moe, gpus, mfu, report, setup)


def at(table, gpus, *, chip="h100", precision="bf16", model=DENSE):
    found = table.mfu_frac(
        chip=chip, architecture="hopper", precision=precision, model=model, gpus=np.atleast_1d(gpus)
    )
    return float(found[0])


def test_flops_are_six_a_parameter_and_attention_where_it_is_given():
    bare = language_model(ModelShape(total_parameters=1e9))
    assert training_flops_per_token(bare) == 6e9
    full = language_model(ModelShape(total_parameters=1e9, layers=10, width=100, context_tokens=1000))
    assert training_flops_per_token(full) == 6e9 + 12 * 10 * 100 * 1000
    assert training_flops_per_token(MIXTURE) < 6 * MIXTURE.total_parameters
    assert MIXTURE.moe
    assert not DENSE.moe


def test_a_single_point_is_returned_where_it_stands():
    assert at(MfuTable((point(),)), 1024.0) == pytest.approx(0.4)


def test_the_slope_comes_from_one_report_at_two_scales():
    table = MfuTable((point(gpus=1024.0, mfu=0.5), point(gpus=4096.0, mfu=0.4)))
    assert table.slope == pytest.approx(np.log(0.4 / 0.5) / 2)
    assert at(table, 16_384.0) == pytest.approx(0.32)
    assert at(table, 8.0) == pytest.approx(0.5)  # below the smallest point nothing is gained


def test_other_setups_do_not_bend_the_slope():
    table = MfuTable((point(gpus=64.0, mfu=0.3), point(gpus=4096.0, mfu=0.5, setup="bigger model")))
    assert table.slope == 0.0


def test_the_nearest_kind_of_point_counts():
    table = MfuTable(
        (point(mfu=0.4), point("h200", mfu=0.3), point(mfu=0.2, moe=True), point(mfu=0.1, precision="fp8"))
    )
    assert at(table, 1024.0) == pytest.approx(0.4)
    assert at(table, 1024.0, chip="h200") == pytest.approx(0.3)
    assert at(table, 1024.0, model=MIXTURE) == pytest.approx(0.2)
    assert at(table, 1024.0, precision="fp8") == pytest.approx(0.1)
    assert at(table, 1024.0, chip="unheard of") == pytest.approx(np.sqrt(0.4 * 0.3))


def test_an_empty_table_is_refused():
    with pytest.raises(ValueError, match="at least one point"):
        MfuTable(())


def test_a_fixed_utilisation_is_the_same_everywhere():
    assert at(FixedMfu(0.37), 1e6) == 0.37


def test_daly_takes_the_mean_time_where_writing_takes_longer_than_two_of_it():
    assert float(daly_interval_h(1.0, 2.0)) == 1.0
    assert float(daly_interval_h(1.0, 1.999)) != 1.0


def test_without_failures_only_asked_checkpoints_cost():
    assert float(goodput_frac(1000, 0.0, 1.0, 0.1)) == 1.0
    assert float(goodput_frac(0, 1e-5, 1.0, 0.1)) == 1.0
    shares = time_shares(1000, 0.0, 1.0, 0.1, interval_h=0.9)
    assert float(shares.useful_frac) == pytest.approx(0.9)
    assert float(shares.checkpoint_frac) == pytest.approx(0.1)


def test_free_checkpoints_leave_only_restarts():
    assert float(goodput_frac(1000, 1e-3, 0.5, 0.0)) == pytest.approx(np.exp(-0.5))


def test_hopeless_runs_make_no_progress_and_no_warning():
    with np.errstate(all="raise", under="ignore"):
        assert float(goodput_frac(1_000_000, 1e-2, 2.0, 1.0, 24.0)) == pytest.approx(0.0, abs=1e-12)


def test_the_default_table_is_the_catalogues():
    assert MfuTable() == MfuTable.from_catalog()
    assert len(MfuTable().without("Llama 3").points) == len(MfuTable().points) - 2
