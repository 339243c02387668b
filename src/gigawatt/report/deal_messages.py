"""The words of the report about the deal; joined to the one table in :mod:`gigawatt.report.messages`."""

from __future__ import annotations

from collections.abc import Mapping

DEAL: Mapping[str, str] = {
    "chart.sources-uses": "Sources and uses",
    "chart.sources-uses.unit": "USD, from close to completion; both sides add up to the same",
    "deal.sources": "Sources", "deal.uses": "Uses",
    "deal.loan": "lent", "deal.owner": "from owners", "deal.vendor": "from a supplier who is paid, too",
    "deal.earned": "earned on what waits",
    "deal.total": "{usd} together; {basis} USD of {year}.",
    "deal.fact.irr": "return to owners, a year",
    "deal.fact.unlevered": "return without debt",
    "deal.fact.npv": "worth to owners at {rate}",
    "deal.fact.moic": "money back for each put in",
    "deal.fact.payback": "payback",
    "deal.fact.debt": "debt",
    "deal.fact.limit": "what holds its size",
    "deal.fact.min_dscr": "least cover of senior service",
    "deal.fact.avg_dscr": "mean cover",
    "deal.fact.llcr": "loan life cover",
    "deal.fact.plcr": "project life cover",
    "deal.fact.life": "average life of debt",
    "deal.none_or_several": "none, or several",
    "deal.years": "{n} years", "deal.times": "{n} ×",
    "deal.limit.amount": "the amount that was agreed", "deal.limit.gearing": "share of the cost",
    "deal.limit.dscr": "cover",
    "deal.limit.ltv": "worth of the chips",
    "deal.limit.tail": "the contract's tail",
    "empty.deal": (
        "No deal is described: the scenario has no part 'finance'. With one, sources and uses, debt, "
        "cover and "
        "returns follow the dates of this run."
    ),
    "empty.deal_refused": "The deal cannot be closed: {why}",
    "empty.deal_debt": "Nothing is borrowed.",
    "empty.deal_bridge": "The deal runs no GPUs that a unit cost could be of.",
    "doubt.committed": (
        "Committed are {committed} of {headline} of rent, {share}: the rest a tenant can end, and no debt is "
        "sized on it unless the deal says so."
    ),
    "doubt.supplier": "{name} puts in {usd} and is paid {paid}: {share} of what he puts in returns to him.",
    "doubt.roots": "The owners' cash has {n} rates of return; none is picked.",
    "doubt.no_root": "The owners' cash has no rate of return: it never turns from paid in to got back.",
    "doubt.support": "Owners add {usd} after completion to keep cash from falling below zero.",
    "doubt.unpaid": "{usd} of debt is left unpaid at the deal's end.",
    "doubt.broken": "Covenant broken, {covenant}: in {n} months, first in {month}; what follows: {follows}.",
    "chart.draws": "Drawn, and owed",
    "chart.draws.unit": "USD a month up to completion; then USD owed at each month's end",
    "chart.draws.aria": "Money paid in month by month, by who pays it.",
    "chart.draws.owed.aria": "Debt at each month's end, by loan.",
    "chart.draws.completion": "complete {month}",
    "deal.drawn": "loans, for uses", "deal.added": "interest and fees in construction",
    "deal.owners": "owners", "key.deal_construction": "to completion:", "key.deal_peak": "largest:",
    "chart.waterfall": "Where the cash goes",
    "chart.waterfall.unit": "USD, after completion, in the order in which it is paid",
    "choice.deal_period": "Period", "deal.whole_life": "all years",
    "fall.revenue": "revenue", "fall.power_cost": "power", "fall.operating_cost": "operation",
    "fall.property_tax": "property tax", "fall.income_tax": "income tax",
    "fall.senior_interest": "senior interest", "fall.senior_principal": "senior principal",
    "fall.swept": "swept early", "fall.other_interest": "junior interest",
    "fall.other_principal": "junior principal", "fall.preferred_paid": "preferred owners",
    "fall.kept": "to and from reserves, cash, sale", "fall.owners": "common owners",
    "chart.cover": "Cover of debt service, and covenants",
    "chart.cover.unit": "cash over service; a month without a point has no service, or lies above the frame",
    "chart.cover.aria": "Cover of senior debt service by month, with the limits agreed.",
    "cover.trailing": "cover of 12 months", "cover.dscr": "of the month", "cover.llcr": "loan life cover",
    "cover.lock_up": "lock-up {n}", "cover.default": "default {n}",
    "cover.locked": "locked up", "cover.in_default": "in default",
    "covenant.dscr": "Cover of 12 months", "covenant.llcr": "Loan life cover",
    "covenant.plcr": "Project life cover", "covenant.ltv": "Debt over the chips' market value",
    "covenant.concentration": "Largest payer's share", "covenant.payment": "Due and not paid",
    "covenant.lock-up": "nothing is paid out", "covenant.default": "default",
    "covenant.held": "held", "covenant.since": "{follows}, {n} months from {month}",
    "table.covenant": "Covenant",
    "table.limit": "Limit",
    "table.worst": "Worst",
    "table.follows": "What follows",
    "chart.bridge": "What a GPU-hour costs, part by part",
    "chart.bridge.unit": (
        "USD per used GPU-hour at the deal's cost of capital; idleness, hatched, is capacity unused"
    ),
    "bridge.chips": "chips", "bridge.hall": "hall", "bridge.power": "power", "bridge.operation": "operation",
    "bridge.finance": "finance", "bridge.idleness": "idleness", "bridge.total": "levelised cost",
    "bridge.market": "rented instead",
    "bridge.crossing": "Owning beats renting above {share} use.",
    "chart.drivers": "What moves the owners' worth",
    "chart.drivers.unit": "net present value, USD, one driver at a time; the debt stays as closed",
    "driver.rent": "rent {bad} to {good}", "driver.running cost": "running cost {bad} to {good}",
    "driver.capital cost": "capital cost {bad} to {good}",
    "driver.floating rate": "floating rate {bad} to {good} points",
    "driver.delay, months": "{bad} months late to on time",
    "drivers.base": "Base case: {usd}.", "key.bad": "bad end", "key.good": "good end",
    "chart.downside": "When it goes wrong, who loses",
    "chart.downside.unit": "the debt stays as closed; losses first to last",
    "case.base": "as planned", "case.six months late": "six months late",
    "case.rent down 60 %": "rent down 60 %",
    "case.tenant leaves after a year": "largest tenant leaves after a year and its notice",
    "case.refresh a year early": "refresh a year early",
    "table.case": "Case", "table.return": "Return", "table.worth": "Worth to owners",
    "table.least_cover": "Least cover", "table.who_loses": "Who loses",
    "table.sold": "Lenders who sell the chips at the first default lose",
    "loser.common owners": "common owners {usd}", "loser.preferred owners": "preferred owners {usd}",
    "loser.junior lenders": "junior lenders {usd}", "loser.senior lenders": "senior lenders {usd}",
    "loser.none": "no one",
    "input.deal": "the deal that the run writes beside its tables (deal.yaml), its months run again",
    "input.cases": "the same deal with one thing changed, its debt as closed",
    "method.sources-uses.what": "Who pays for what until the campus is complete, and what owners get for it.",
    "method.sources-uses.formula": (
        "sources = uses, to the cent\ninterest in construction: B(t) = B(t-1)(1+i) + fee (D - B(t-1)) + "
        "s c(t), "
        "B(end) = D, solved in closed form\nreturn: every root of the owners' monthly cash; none is "
        "picked where "
        "there is not just one"
    ),
    "method.sources-uses.limits": (
        "Terms of the deal are of the scenario; a sweep carries their ranges through it."
    ),
    "method.draws.what": (
        "What loans and owners pay month by month until completion, and what is owed after it."
    ),
    "method.draws.formula": "a loan draws a fixed share of each month's uses; its own cost is added to it",
    "method.draws.limits": "A delay moves the uses and revenue, not the loan's dates of repayment.",
    "method.waterfall.what": "Cash after completion, from revenue to common owners, in the order of payment.",
    "method.waterfall.formula": (
        "owners = revenue - costs - taxes - service - preferred + what reserves, cash, receivables, "
        "interest earned "
        "and the sale give"
    ),
    "method.waterfall.limits": "What owners put in again in a bad month stands with reserves and cash.",
    "method.cover.what": "How far cash covers senior service, and each covenant by what it tests.",
    "method.cover.formula": (
        "cover = cash for service before income tax / senior interest and principal\nloan life cover = "
        "worth of the "
        "cash ahead at the loans' own rates / senior debt"
    ),
    "method.cover.limits": "Covenants are tested monthly; agreements often say quarterly.",
    "method.bridge.what": "Levelised cost of a GPU-hour that is used, and what it is made of.",
    "method.bridge.formula": (
        "annuity of the capital over its life at the cost of capital, and a year's running cost, over "
        "used GPU-hours\n"
        "finance = annuity - straight-line repayment; idleness = cost / use - cost"
    ),
    "method.bridge.limits": "One cost of capital for owning and renting: risk is taken to be the same.",
    "method.drivers.what": "Worth to common owners at the bad and the good end of each driver.",
    "method.drivers.formula": "npv of the owners' cash at the deal's discount rate",
    "method.drivers.limits": "Drivers move alone, and no one renegotiates.",
    "method.downside.what": "The cases that a lender asks for, and who is left unpaid.",
    "method.downside.formula": (
        "losses = what is owed at the deal's end, owners': what they put in less what they got"
    ),
    "method.downside.limits": (
        "Lenders do not enforce; what they lose who sell the chips at the first default stands "
        "beside."
    ),
}  # fmt: skip
