"""Imports run downwards, and what is quick stays quick."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_imports_run_downwards():
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def loaded_by(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_importing_gigawatt_loads_nothing_heavy():
    heavy = {"numpy", "numba", "pyarrow", "pandas", "scipy", "pydantic", "rich", "pvlib"}
    assert not loaded_by("import gigawatt") & heavy


def test_reading_a_scenario_loads_no_compiler_and_no_tables():
    heavy = {"numba", "pyarrow", "pandas", "scipy", "pvlib"}
    assert not loaded_by("import gigawatt; gigawatt.read_scenario('colossus')") & heavy


def test_reading_a_queue_of_jobs_loads_no_compiler():
    queue = (
        "{kind: jobs, name: q, site: campus, from: 2026-06-01, share: 1, generate: mix, policy: las, "
        "failures: llama3}"
    )
    done = loaded_by(f"import gigawatt; gigawatt.read_scenario('reference-100mw', ['workloads=[{queue}]'])")
    assert not done & {"numba", "pyarrow", "pandas", "scipy", "pvlib"}


def test_a_run_without_a_queue_of_jobs_loads_no_cluster():
    script = (
        "import gigawatt, sys\n"
        "gigawatt.run_scenario(gigawatt.read_scenario('reference-100mw', ['end=2026-01-31']))\n"
        "print(*(name for name in sys.modules if name.startswith('gigawatt.cluster')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_run_needs_no_test_library():
    done = loaded_by(
        "import gigawatt\n"
        "run = gigawatt.run_scenario(gigawatt.read_scenario('reference-100mw', ['end=2026-06-30']))"
    )
    assert not done & {"pvlib", "psychrolib", "pandas", "hypothesis", "pytest", "playwright"}


def test_every_public_name_is_there():
    import gigawatt

    for name in gigawatt.__all__:
        assert getattr(gigawatt, name) is not None
    assert len(gigawatt.__all__) <= 30


def test_one_version():
    import tomllib

    import gigawatt

    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert pyproject["project"]["version"] == gigawatt.__version__
