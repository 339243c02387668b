"""Short names of sites, for tabs, tables and sentences."""

from __future__ import annotations

import re

from gigawatt.results import Run


def short_titles(run: Run) -> dict[str, str]:
    """Cut each site's title at its first comma or bracket, where the cut titles still differ.

    'Colossus 1, Memphis (former works)' becomes 'Colossus 1'; a site without a title keeps its name.
    """
    full = {name: trace.title or name for name, trace in run.sites.items()}
    cut = {name: re.split(r"[,(;:]", title)[0].strip() or title for name, title in full.items()}
    return cut if len(set(cut.values())) == len(cut) else full
