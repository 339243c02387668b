"""Balance sheet, income and cash flow of each entity by month, and how far they are from closing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigawatt.finance.deal.engine import Flows

if TYPE_CHECKING:
    from gigawatt.finance.deal.statement import Statement

Array = NDArray[np.float64]


def balance_sheet(flows: Flows) -> dict[str, Array]:
    """The borrower's balance sheet at each month's end, shape (months, scenarios)."""
    lines = flows.lines
    return {
        "assets": lines["assets"],
        "receivables": lines["receivables"],
        "cash": lines["cash"],
        "debt service reserve": lines["reserve"],
        "refresh reserve": lines["refresh_reserve"],
        "escrow": lines["escrow"],
        "deferred tax": -lines["deferred_tax"],
        "debt": -lines["debt"],
        "contributed": -lines["contributed"],
        "retained": -lines["retained"],
    }


def income_statement(flows: Flows) -> dict[str, Array]:
    """The borrower's income by month; costs are negative, and it adds up to ``net_income``."""
    lines = flows.lines
    return {
        "revenue": lines["revenue"],
        "power": -lines["power_cost"],
        "operation": -lines["operating_cost"] - lines["letter_fee"],
        "property tax": -lines["property_tax"],
        "depreciation": -lines["book_depreciation"],
        "interest earned": lines["interest_earned"],
        "interest": -lines["interest_expense"],
        "delay damages": lines["damages"],
        "sale of assets, less book value": lines["exit_value"] - lines["disposal"],
        "income tax of the year": lines["credit"] - lines["income_tax"],
        "deferred tax": -lines["deferred_expense"],
    }


def cash_flow(flows: Flows) -> dict[str, Array]:
    """The borrower's cash flow by month; it adds up to the change of cash, reserves and escrow."""
    lines = flows.lines
    change = np.diff(lines["receivables"], axis=0, prepend=0.0)
    debt = np.diff(lines["debt"], axis=0, prepend=0.0)
    return {
        "operation": lines["revenue"] - lines["power_cost"] - lines["operating_cost"] - lines["letter_fee"]
        - lines["property_tax"] - change + lines["damages"],
        "interest earned": lines["interest_earned"],
        "income tax": lines["credit"] - lines["income_tax"],
        "investment": -lines["uses"] + lines["reserve_uses"] - lines["refresh_cost"] + lines["exit_value"]
        - lines["capitalised"],
        "loans, net of repayment": debt,
        "interest": -lines["interest_expense"],
        "owners": lines["equity"] + lines["support"],
        "paid out": -lines["preferred_paid"] - lines["distribution"],
    }  # fmt: skip


def entities(statement: Statement) -> dict[str, dict[str, dict[str, Array]]]:
    """Balance sheet, income and cash flow of the borrower and of its owners, by month.

    The owners carry the borrower at equity: what they put in, plus their part of its income, less what
    they were paid.
    """
    flows = statement.flows
    lines = flows.lines
    put_in = lines["equity"] + lines["support"]
    got = lines["preferred_paid"] + lines["distribution"]
    held = lines["contributed"] + lines["retained"]
    return {
        "borrower": {
            "balance": balance_sheet(flows),
            "income": income_statement(flows),
            "cash": cash_flow(flows),
        },
        "owners": {
            "balance": {
                "investment at equity": held,
                "cash": np.cumsum(got - put_in, axis=0),
                "retained": -(held + np.cumsum(got - put_in, axis=0)),
            },
            "income": {"share of income": lines["net_income"]},
            "cash": {"put in": -put_in, "received": got},
        },
    }


def residuals(flows: Flows, sources: Mapping[str, float], uses: Mapping[str, float]) -> dict[str, float]:
    """Largest difference of each identity, in USD."""
    lines = flows.lines
    sheet = np.asarray(sum(balance_sheet(flows).values()))
    income = np.asarray(sum(income_statement(flows).values())) - lines["net_income"]
    held = lines["cash"] + lines["reserve"] + lines["refresh_reserve"] + lines["escrow"]
    moved = np.asarray(sum(cash_flow(flows).values())) - np.diff(held, axis=0, prepend=0.0)
    return {
        "sources_less_uses_usd": abs(sum(sources.values()) - sum(uses.values())),
        "balance_sheet_usd": float(np.abs(sheet).max()),
        "income_usd": float(np.abs(income).max()),
        "cash_usd": float(np.abs(moved).max()),
    }
