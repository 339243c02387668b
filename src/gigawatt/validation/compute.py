"""Published power, training times, goodput and serving rates beside the compute model's."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from gigawatt import compute
from gigawatt.validation.rows import ValidationRow

_EPOCH = "Epoch AI, Frontier Data Centers, August 2026 (CC BY 4.0): an estimate, not a meter"
_LLAMA = "Grattafiori et al., The Llama 3 Herd of Models, arXiv 2407.21783"
_MLPERF_B200 = "MLPerf Inference 5.1, closed, power, Lenovo SR680a/SR780a V3, 8 B200"
_MLPERF_H200 = "MLPerf Inference 4.1, closed, power, NVIDIA H200 x8 Max-Q"

_NAIVE_SERVER_RATIO = 1.3
"""A widespread rule: IT power is 1.3 times the chips' TDP (e.g. aiinframap.com's calculator)."""
_NAIVE_MFU = 0.40
_NAIVE_SERVING_EFFICIENCY = 0.20
_META_PUE = 1.08
"""Meta's fleet, 2023-24 (DatacenterDynamics)."""


def rows(shared: Path | None) -> list[ValidationRow]:
    """Compare the compute room with published figures.

    Parameters
    ----------
    shared
        Folder of the measured data; None leaves out the rows that need it.
    """
    found = [
        *_provisioned(),
        *_measured(),
        *_training(),
        *_goodput(),
        *_mfu_left_out(),
        *_serving_left_out(),
    ]
    if shared is not None:
        found += _shared_wall_power(shared / "facts" / "inference_node_power.csv")
    return found


def _it_mw(gpus: dict[str, int]) -> float:
    return sum(n * compute.system(chip).provisioned_kw_per_gpu for chip, n in gpus.items()) / 1000.0


def _naive_mw(gpus: dict[str, int]) -> float:
    return _NAIVE_SERVER_RATIO * sum(n * compute.system(chip).tdp_kw for chip, n in gpus.items()) / 1000.0


def _provisioned() -> list[ValidationRow]:
    sites = (
        ("Colossus 1, 2024-09", {"h100": 100_000}, 139.0, 0.05),
        ("Colossus 1, 2025-02", {"h100": 150_000, "h200": 50_000}, 278.0, 0.05),
        ("Colossus 1, 2025-07", {"h100": 150_000, "h200": 50_000, "gb200": 30_000}, 340.0, 0.05),
        ("Colossus 2, 2025-10", {"gb200": 110_000}, 239.0, 0.10),
        ("Colossus 2, 2026-04", {"gb200": 110_000, "gb300": 110_000}, 490.0, 0.10),
        ("Colossus 2, 2026-07", {"gb200": 110_000, "gb300": 330_000}, 946.0, 0.05),
        ("CoreWeave Denton, 2026-03", {"gb200": 50_000}, 131.0, 0.25),
    )
    found = [
        ValidationRow(
            model="compute",
            group="provisioned IT power",
            quantity=f"IT power provisioned, {site}, MW",
            published=published,
            modelled=_it_mw(gpus),
            tolerance=tolerance,
            relative=True,
            source=_EPOCH,
            baseline=_naive_mw(gpus),
            note="numbers of chips are inputs; the baseline is 1.3 times TDP",
        )
        for site, gpus, published, tolerance in sites
    ]
    gb200 = compute.system("gb200")
    capped_kw = gb200.provisioned_kw_per_gpu - (1.2 - 0.96) * (1.0 + gb200.storage_management_frac)
    found += [
        ValidationRow(
            model="compute",
            group="provisioned IT power",
            quantity="compute power, first 110,000 GB200 of Colossus 2, MW",
            published=210.0,
            modelled=110_000 * (gb200.system_kw_per_gpu + gb200.network_kw_per_gpu) / 1000.0,
            tolerance=0.05,
            relative=True,
            source="SpaceX, S-1 filing, page 76, as quoted by Epoch AI: approximately 210 MW",
            baseline=_naive_mw({"gb200": 110_000}),
            note="systems and network, without storage and management",
        ),
        ValidationRow(
            model="compute",
            group="provisioned IT power",
            quantity="facility power, Meta's 83,000 GB200 held to 960 W, MW",
            published=150.0,
            modelled=83_000 * capped_kw / 1000.0 * _META_PUE,
            tolerance=0.08,
            relative=True,
            source="Ardestani et al., arXiv 2605.24461",
            baseline=_naive_mw({"gb200": 83_000}) * _META_PUE,
            note="at the PUE of Meta's fleet, 1.08",
        ),
    ]
    return found


def _node_kw(chip: str, state: compute.PowerState) -> float:
    system = compute.system(chip)
    return system.node_frac(state) * system.system_max_kw


def _power_row(
    quantity: str,
    published_kw: float,
    chip: str,
    state: compute.PowerState,
    tolerance: float,
    source: str,
    *,
    fitted: bool = False,
    low: float | None = None,
    note: str = "",
) -> ValidationRow:
    return ValidationRow(
        model="compute",
        group="measured node power",
        quantity=quantity,
        published=published_kw,
        modelled=_node_kw(chip, state),
        tolerance=tolerance,
        relative=True,
        source=source,
        baseline=compute.system(chip).system_max_kw,
        fitted=fitted,
        low=low,
        note=note,
    )


def _measured() -> list[ValidationRow]:
    newkirk = "Newkirk et al., arXiv 2506.14551: 76 % of 10.2 kW"
    latif = "Latif et al., IEEE Access 13:61740 (2025): 8.4 kW at most"
    smc = "Sustainable Metal Cloud, MLPerf Training 4.0: Llama 2 70B LoRA on one node, 6.741 kW DC"
    small = "6 B parameters leave the GPUs half used, at Max-Q: outside the range"
    return [
        _power_row(
            "8 H100 in heavy training, kW", 0.76 * 10.2, "h100", "training", 0.01, newkirk, fitted=True
        ),
        _power_row(
            "8 H100 in training, highest seen, kW",
            8.4,
            "h100",
            "training",
            0.0,
            latif,
            low=-0.2,
            note="a mean must lie below the highest",
        ),
        _power_row(
            "8 H100 tuning Llama 2 70B, immersed, kW",
            6.741,
            "h100",
            "training",
            0.20,
            smc,
            note="without fans, before the rectifier",
        ),
        _power_row("8 H200 serving Llama 2 70B, kW", 6.280, "h200", "serving", 0.15, _MLPERF_H200),
        _power_row("8 H200 serving Mixtral 8x7B, kW", 6.175, "h200", "serving", 0.15, _MLPERF_H200),
        _power_row("8 H200 serving GPT-J 6B, kW", 4.723, "h200", "serving", 0.50, _MLPERF_H200, note=small),
        _power_row("8 H200 waiting, kW", 2.681, "h200", "idle", 0.15, _MLPERF_H200, note="lowest of the log"),
        _power_row(
            "8 B200 serving Llama 2 70B, kW", 10.435, "b200", "serving", 0.15, _MLPERF_B200, fitted=True
        ),
        _power_row(
            "8 B200 serving Llama 3.1 405B, kW", 9.566, "b200", "serving", 0.15, _MLPERF_B200, fitted=True
        ),
        _power_row(
            "8 B200 serving Llama 3.1 8B, kW", 9.011, "b200", "serving", 0.15, _MLPERF_B200, fitted=True
        ),
        ValidationRow(
            model="compute",
            group="measured node power",
            quantity="energy of an output token, Llama 2 70B on 8 H200, J",
            published=0.2717,
            modelled=1000.0 * _node_kw("h200", "serving") / 23_113.14,
            tolerance=0.15,
            relative=True,
            source=_MLPERF_H200,
            baseline=10_200.0 / 23_113.14,
            note="the rate is the published one, the power the model's",
        ),
    ]


def _gpu_hours(
    model_name: str,
    tokens: float,
    chip: str,
    gpus: int,
    precision: compute.Precision,
    table: compute.MfuTable,
) -> float:
    model = compute.language_model(model_name)
    system = compute.system(chip)
    recovery = compute.Recovery()
    mfu = table.mfu_frac(
        chip=chip,
        architecture=system.architecture,
        precision=precision,
        model=model,
        gpus=np.array([float(gpus)]),
    )
    useful = compute.goodput_frac(
        gpus, 1.0 / recovery.gpu_mtbf_h, recovery.restart_h, recovery.checkpoint_write_h
    )
    flops_per_s = system.peak_tflops(precision) * 1e12 * float(mfu[0]) * float(useful)
    return tokens * compute.training_flops_per_token(model) / flops_per_s / 3600.0


def _naive_gpu_hours(model_name: str, tokens: float, chip: str, precision: compute.Precision) -> float:
    model = compute.language_model(model_name)
    peak = compute.system(chip).peak_tflops(precision) * 1e12
    return tokens * 6.0 * model.active_parameters / (_NAIVE_MFU * peak) / 3600.0


def _training() -> list[ValidationRow]:
    table = compute.MfuTable.from_catalog()
    held_out = table.without("DeepSeek-V3")
    deepseek = "DeepSeek-V3 technical report, arXiv 2412.19437: 2,664 thousand H800-hours"
    cards = "Meta, model cards of Llama 3 (as quoted by Epoch AI and aiportalx.com)"
    runs: tuple[tuple[str, float, str, int, compute.Precision, float, float, str, bool, str], ...] = (
        (
            "llama3.1-405b", 15.6e12, "h100", 16_384, "bf16", 30.84e6, 0.10, _LLAMA, False,
            "its MFU of single steps is in the table; its hours are not",
        ),
        (
            "llama3.1-70b", 15e12, "h100", 8_192, "bf16", 6.4e6, 0.30, cards, False,
            "Llama 3 70B; the number of GPUs is assumed",
        ),
        (
            "llama3.1-8b", 15e12, "h100", 8_192, "bf16", 1.3e6, 0.60, cards, False,
            "small models fall below the table, which knows no size: outside the range",
        ),
        (
            "deepseek-v3", 14.8e12, "h800", 2_048, "fp8", 2.664e6, 0.05, deepseek, True,
            "its MFU was derived from these hours",
        ),
    )  # fmt: skip
    found = [
        ValidationRow(
            model="compute",
            group="training time",
            quantity=f"GPU-hours, {name}, {tokens / 1e12:g} T tokens, millions",
            published=hours / 1e6,
            modelled=_gpu_hours(name, tokens, chip, gpus, precision, table) / 1e6,
            tolerance=tolerance,
            relative=True,
            source=source,
            baseline=_naive_gpu_hours(name, tokens, chip, precision) / 1e6,
            fitted=fitted,
            note=note,
        )
        for name, tokens, chip, gpus, precision, hours, tolerance, source, fitted, note in runs
    ]
    found.append(
        ValidationRow(
            model="compute",
            group="training time",
            quantity="GPU-hours, deepseek-v3, its own report left out of the table, millions",
            published=2.664,
            modelled=_gpu_hours("deepseek-v3", 14.8e12, "h800", 2_048, "fp8", held_out) / 1e6,
            tolerance=1.0,
            relative=True,
            source=deepseek,
            baseline=_naive_gpu_hours("deepseek-v3", 14.8e12, "h800", "fp8") / 1e6,
            note="what the table is worth for a mixture of experts that nobody has measured: a factor of two",
        )
    )
    return found


def _goodput() -> list[ValidationRow]:
    usual = compute.Recovery()
    rate = 1.0 / usual.gpu_mtbf_h
    step_h = 10.0 / 3600.0
    figures = (
        (
            "Llama 3, 16,384 H100", 0.90, rate, 16_384, usual.checkpoint_write_h, None, True, (0.0, 0.10),
            f"{_LLAMA}, section 3.3.4: above 90 %", "the assumed restart and write were chosen to allow it",
        ),
        (
            "MegaScale, 12,288 A100", 0.90, rate, 12_288, usual.checkpoint_write_h, None, False, (0.0, 0.10),
            "Jiang et al., arXiv 2402.15627: above 90 %", "at Llama 3's rate of failures",
        ),
        (
            "ByteRobust, 9,600 GPUs", 0.97, 1.0 / (2.78 * 16_384), 9_600, 0.009 * step_h, step_h, False,
            (-0.03, 0.03), "Wan et al., arXiv 2509.16293: up to 97 %, a checkpoint each step below 0.9 %",
            "its failure each 2.78 h on 16,384 GPUs; steps of 10 s and restarts of 10 min are assumed",
        ),
    )  # fmt: skip
    return [
        ValidationRow(
            model="compute",
            group="goodput",
            quantity=f"effective training time, {name}, frac",
            published=published,
            modelled=float(compute.goodput_frac(gpus, failures, usual.restart_h, write_h, interval_h)),
            tolerance=high,
            relative=False,
            source=source,
            baseline=1.0,
            low=low,
            fitted=fitted,
            note=note,
        )
        for name, published, failures, gpus, write_h, interval_h, fitted, (low, high), source, note in figures
    ]


def _mfu_left_out() -> list[ValidationRow]:
    """Each report's points from the table without that report; rows, and their mean error."""
    table = compute.MfuTable.from_catalog()
    found = []
    for point in table.points:
        kind = compute.language_model("deepseek-v3" if point.moe else "llama3.1-405b")
        modelled = table.without(point.report).mfu_frac(
            chip=point.chip,
            architecture=point.architecture,
            precision="fp8" if point.precision == "fp8" else "bf16",
            model=kind,
            gpus=np.array([point.gpus]),
        )
        found.append(
            ValidationRow(
                model="compute",
                group="MFU, its report left out",
                quantity=f"MFU, {point.report} {point.setup}, {point.gpus:,.0f} {point.chip} "
                f"{point.precision}, frac",
                published=point.mfu_frac,
                modelled=float(modelled[0]),
                tolerance=1.0,
                relative=True,
                low=-0.5,
                source=f"{point.report}, see gigawatt catalog mfu",
                baseline=_NAIVE_MFU,
                note="allowed: a factor of two",
            )
        )
    found.append(_mean_error("MFU, its report left out", "MFU", found, 0.30))
    return found


def _serving_left_out() -> list[ValidationRow]:
    table = compute.ServingTable.from_catalog()
    found = []
    for point in table.points:
        system = compute.system(point.chip)
        model = compute.language_model(point.model)
        flops = compute.serving_flops_per_output_token(model, point.prompt_per_output)
        found.append(
            ValidationRow(
                model="compute",
                group="serving, its report left out",
                quantity=f"output rate, {point.model} on {point.chip}, tokens a second a GPU",
                published=point.output_tokens_per_s_per_gpu,
                modelled=table.without(point.report).output_tokens_per_s_per_gpu(
                    system=system, model=model, prompt_per_output=point.prompt_per_output
                ),
                tolerance=2.0,
                relative=True,
                low=-2.0 / 3.0,
                source=f"{point.report}, see gigawatt catalog serving",
                baseline=_NAIVE_SERVING_EFFICIENCY * system.serving_peak_tflops * 1e12 / flops,
                note="allowed: a factor of three",
            )
        )
    found.append(_mean_error("serving, its report left out", "output rate", found, 0.80))
    return found


def _mean_error(group: str, what: str, rows_: list[ValidationRow], tolerance: float) -> ValidationRow:
    naive = [abs((r.baseline or 0.0) / r.published - 1.0) for r in rows_]
    return ValidationRow(
        model="compute",
        group=group,
        quantity=f"mean absolute error of the {len(rows_)} rows of {what} above, frac",
        published=0.0,
        modelled=float(np.mean([abs(r.error_frac) for r in rows_])),
        tolerance=tolerance,
        relative=False,
        source="the rows above",
        baseline=float(np.mean(naive)),
    )


def _shared_wall_power(path: Path) -> list[ValidationRow]:
    """Every offline run of the measured inference nodes; server runs are typed in above."""
    found = []
    with path.open(newline="", encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            if line["scenario"] != "Offline" or line["model"] == "llama2-70b-99":
                continue
            chip = "h200" if "H200" in line["system"] else "b200"
            small = line["model"].startswith("gptj")
            row = _power_row(
                f"8 {chip.upper()}, {line['model']} offline, kW",
                float(line["mean_W"]) / 1000.0,
                chip,
                "serving",
                0.50 if small else 0.15,
                f"MLPerf Inference {line['round'][1:]}, closed, power, {line['submitter']}",
                fitted=False,
                note="server rows of the same machine are fitted" if chip == "b200" else "",
            )
            found.append(row)
    return found
