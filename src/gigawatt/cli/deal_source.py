"""Where ``gigawatt finance`` takes a deal from: a bundled one, a file, or a scenario that has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from gigawatt.cli.outcome import refuse

if TYPE_CHECKING:
    from gigawatt.finance.deal.inputs import Deal
    from gigawatt.study import Progress


def read_deal(source: str, overrides: Sequence[str], tell: Progress | None = None) -> Deal:
    """Read a deal, or run the scenario that has one.

    Parameters
    ----------
    source
        Name of a bundled deal or scenario, or the path of a YAML file of either.
    overrides
        ``path=value`` texts. In a scenario a path may begin inside its ``finance`` part.
    tell
        Told of the stages of a scenario's run.
    """
    from gigawatt.finance import Deal, deal_bytes, deal_names
    from gigawatt.scenario import bundled_names
    from gigawatt.scenario.read import read, read_text

    if source in deal_names():
        return read_text(deal_bytes(source), Deal, overrides, file=f"{source}.yaml").scenario
    if source in bundled_names() or is_scenario(Path(source)):
        return _of_scenario(source, overrides, tell)
    if not Path(source).suffix and not Path(source).exists():
        known = [*deal_names(), *bundled_names()]
        close = get_close_matches(source, known, n=1)
        remedy = f"write {close[0]!r}" if close else "give the path of a YAML file, or a bundled deal's name"
        told = ", ".join(deal_names())
        raise refuse("GW216", f"no file and no bundled deal is called {source!r}; bundled: {told}", remedy)
    return read(Path(source), Deal, overrides).scenario


def is_scenario(path: Path) -> bool:
    """Whether a file describes a campus: a deal has no sites."""
    if not path.is_file():
        return False
    with path.open("rb") as lines:
        return any(line.startswith(b"sites:") for line in lines)


def _of_scenario(source: str, overrides: Sequence[str], tell: Progress | None) -> Deal:
    from gigawatt.finance import Deal
    from gigawatt.kernel.errors import InfeasibleError
    from gigawatt.scenario import read_scenario
    from gigawatt.study import run_scenario

    place = _place_of_fields()
    loaded = read_scenario(source, [place(text) for text in overrides])
    if loaded.scenario.finance is None:
        raise refuse(
            "GW508",
            "this scenario has no finance part, so there is no deal to run",
            "add finance: with its equity and debt, or name a deal",
            loaded.file,
        )
    found = run_scenario(loaded, tell).finance
    assert found is not None  # noqa: S101 - the scenario has the part
    if found.refused:
        raise InfeasibleError(found.refused)
    return Deal.model_validate(found.deal)


def _place_of_fields() -> Callable[[str], str]:
    """Put an override that begins inside the finance part under it."""
    from gigawatt.finance import CampusFinance
    from gigawatt.scenario.models import Scenario
    from gigawatt.scenario.shapes import keys_of

    own = keys_of(CampusFinance).keys() - keys_of(Scenario).keys()
    return lambda text: f"finance.{text}" if text.partition("=")[0].split(".")[0].strip() in own else text
