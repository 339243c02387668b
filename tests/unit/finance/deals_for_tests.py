"""Deals small enough to reckon by hand, and one with everything in it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from gigawatt.finance.deal.inputs import Deal

PLAIN: dict[str, Any] = {
    "name": "plain",
    "close": "2026-01",
    "completion": "2026-06",
    "months": 72,
    "price_year": 2026,
    "uses": [
        {
            "name": "chips", "kind": "chips", "cost": "600 m USD", "from": "2026-01", "until": "2026-06",
            "book_life": "5 years", "tax_class": "macrs_5", "supplier": "Maker",
        },
        {
            "name": "hall", "kind": "hall", "cost": "200 m USD", "from": "2026-01", "until": "2026-04",
            "book_life": "20 years", "tax_class": "straight_line", "tax_life": "39 years",
        },
    ],
    "debt": [
        {
            "name": "loan", "sizing": {"dscr": 1.4, "gearing": 0.9}, "rate": "9 %", "repayment": "sculpted",
            "tenor": "4 years", "upfront": "2 %", "commitment": "0.5 %",
        }
    ],
    "equity": [{"name": "sponsor"}, {"name": "Maker fund", "kind": "vendor", "amount": "50 m USD",
                                     "supplier": "Maker"}],
    "leases": [{"tenant": "T", "from": "2026-07", "until": "2031-07", "rent": "20 m USD", "gpus": 10000}],
    "operations": [{"name": "power", "kind": "power", "cost": "1.5 m USD", "from": "2026-07",
                    "until": "2031-07"},
                   {"name": "staff", "cost": "1 m USD", "from": "2026-07", "until": "2031-07"}],
    "gpus": 10000,
    "utilisation": 0.85,
}  # fmt: skip

RICH: dict[str, Any] = {
    **deepcopy(PLAIN),
    "name": "rich",
    "months": 84,
    "tax": {"rate": "21 %", "property": {"rate": "1 %", "decline": "3 %"}},
    "reserves": {"debt_service_months": 3, "least_cash": "1 m USD", "earns": "2 %"},
    "receivable": "30 days",
    "residual": {"by_year": [1.0, 0.65, 0.45, 0.3, 0.2, 0.1]},
    "exit": {},
    "refresh": [{"name": "new chips", "on": "2029-06", "cost": "60 m USD", "saved_over_months": 24}],
    "covenants": {"lock_up_dscr": 1.1, "default_dscr": 1.02, "sweep": 0.25, "sweep_below_dscr": 1.45},
    "delay_damages": {"damages": "3 m USD", "most": "20 m USD"},
}
RICH["debt"] = [
    *deepcopy(PLAIN["debt"]),
    {"name": "mezzanine", "rank": "mezzanine", "amount": "60 m USD", "spread": "7 %",
     "base": [{"from": "2026-01", "rate": "4 %"}], "repayment": "straight_line", "tenor": "5 years",
     "swap": {"share": 0.5, "fixed": "4.2 %"}},
]  # fmt: skip
RICH["equity"] = [
    *deepcopy(PLAIN["equity"]),
    {"name": "preferred", "kind": "preferred", "amount": "40 m USD", "dividend": "8 %"},
]


def deal(source: dict[str, Any] = PLAIN, **changes: Any) -> Deal:
    """Read a deal with some fields changed."""
    return Deal.model_validate({**deepcopy(source), **changes})
