"""Messages as a person sees them: each input in ``errors/*.yaml`` beside its expected text.

``# set: path=value`` lines at the top are overrides. With GIGAWATT_UPDATE_SNAPSHOTS
set in the environment the expected texts are written anew; read the difference
before it is committed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gigawatt.kernel.errors import InputError
from gigawatt.scenario import bundled_bytes, read_text
from gigawatt.scenario.models import Scenario
from gigawatt.scenario.references import reference_problems

FOLDER = Path(__file__).parent / "errors"
CASES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
_OVERRIDE = re.compile(r"^# set: (.*)$", re.MULTILINE)
_BASE = re.compile(r"^# replace in (\S+): (.*) -> (.*)$", re.MULTILINE)


def message(name: str) -> str:
    raw = (FOLDER / f"{name}.yaml").read_bytes()
    text = raw.decode("utf-8", errors="replace")
    overrides = [found.group(1) for found in _OVERRIDE.finditer(text)]
    if changes := _BASE.findall(text):
        base = bundled_bytes(changes[0][0]).decode()
        for _, old, new in changes:
            assert old in base, f"{name}: the bundled scenario no longer holds {old!r}"
            base = base.replace(old, new, 1)
        raw = base.encode()
    try:
        read_text(raw, Scenario, overrides, file="campus.yaml", check=reference_problems)
    except InputError as error:
        return f"{error}\n"
    return "nothing wrong\n"


@pytest.mark.parametrize("name", CASES)
def test_message(name: str) -> None:
    expected = FOLDER / f"{name}.txt"
    seen = message(name)
    if os.environ.get("GIGAWATT_UPDATE_SNAPSHOTS"):
        expected.write_text(seen, encoding="utf-8")
    assert seen == expected.read_text(encoding="utf-8")
    assert "pydantic" not in seen
    assert "Input should" not in seen


def test_every_expected_text_has_its_input() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == CASES
    assert len(CASES) >= 10
