"""10,000 scenarios of one deal of 300 months: best of five, with a reference kernel's time beside it.

python benchmarks/finance.py
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from gigawatt import finance

sys.path.insert(0, str(Path(__file__).parent))
from run import REPEATS, best_of, show

COUNT, MONTHS = 10_000, 300


def long_deal() -> finance.Deal:
    """Return a deal with every part of the waterfall in use, over 25 years."""
    return finance.Deal.model_validate(
        {
            "name": "benchmark", "close": "2026-01", "completion": "2026-12", "months": MONTHS,
            "price_year": 2026,
            "uses": [
                {"name": "chips", "kind": "chips", "cost": "6 bn USD", "from": "2026-01", "until": "2026-12",
                 "book_life": "5 years", "tax_class": "macrs_5"},
                {"name": "hall", "kind": "hall", "cost": "3 bn USD", "from": "2026-01", "until": "2026-12",
                 "book_life": "25 years", "tax_class": "straight_line", "tax_life": "39 years"},
            ],
            "debt": [
                {"name": "senior", "sizing": {"dscr": 1.4, "gearing": 0.7},
                 "base": [{"from": "2026-01", "rate": "4 %"}],
                 "spread": "2.25 %", "repayment": "sculpted", "tenor": "20 years"},
                {"name": "mezzanine", "rank": "mezzanine", "amount": "500 m USD", "rate": "11 %",
                 "repayment": "annuity", "tenor": "15 years"},
            ],
            "equity": [{"name": "owner"}],
            "leases": [{"tenant": "T", "from": "2027-01", "until": "2051-01", "rent": "160 m USD"}],
            "operations": [{"name": "all", "cost": "25 m USD", "from": "2027-01"}],
            "refresh": [{"name": f"refresh {y}", "on": f"{y}-01", "cost": "1.5 bn USD",
                         "saved_over_months": 48}
                        for y in (2032, 2037, 2042)],
            "tax": {}, "reserves": {"debt_service_months": 6, "earns": "2 %"},
            "covenants": {"lock_up_dscr": 1.1, "sweep": 0.2}, "receivable": "30 days",
        }
    )  # fmt: skip


def drivers(count: int) -> finance.Drivers:
    """Draw scenarios from a fixed seed."""
    rng = np.random.default_rng(0)
    base = finance.Drivers.base(count, MONTHS)
    return finance.Drivers(
        rent=rng.uniform(0.6, 1.3, count),
        running=rng.uniform(0.8, 1.4, count),
        capital=rng.uniform(0.95, 1.2, count),
        rate_frac=rng.uniform(-0.02, 0.03, count),
        delay_months=rng.integers(0, 12, count),
        leave_month=base.leave_month,
        early_months=rng.integers(0, 12, count),
    )


if __name__ == "__main__":
    deal = long_deal()
    many = drivers(COUNT)
    show(
        f"{COUNT:,} scenarios of {MONTHS} months",
        best_of(REPEATS, lambda: finance.scenarios(deal, many)),
        3.0,
    )
    show("one deal, with every result", best_of(REPEATS, lambda: finance.run(deal)))
