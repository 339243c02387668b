"""The hourly dispatch as one compiled loop; what its steps mean stands in docs/explanation/power.md.

Arrays have the hour first, so that one hour's numbers lie together. Parameters and state come as rows of
floats whose columns are named below: few arrays keep the compilation short. The last row of the permits
is 'no permit' and has no limits. Resources of a permit are numbered 0 NOx, 1 CO, 2 VOC (kg), 3 output (MW).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

# Groups' parameters ``gp``: hours from the clock's start, shares, MMBtu a start, kg/MMBtu by pollutant.
SOURCE, FIRST, UNITS, PERMIT, FROM, UNTIL, MIN_LOAD, NO_LOAD = 0, 1, 2, 3, 4, 5, 6, 7
START_H, EVENT_H, MIN_UP, MIN_DOWN, START_FUEL, EF, EF_START, N_GP = 8, 9, 10, 11, 12, 13, 16, 19
# Groups' state ``gs``: units running since earlier, units started in this hour, output.
N_ON, N_NEW, OUT, N_GS = 0, 1, 2, 3
# Permits' parameters ``pp``: limits of the four resources (a rolling year's kg; MW), then of starts.
LIMIT, EVENTS, PLANT_WIDE, EVENT_HOURS, N_PP = 0, 4, 5, 6, 7
# Permits' state ``ps``: what this hour allows, least and greatest use by the units that are on, what is
# left, the rolling sums, starts and start hours of the past year, the share that rationing allows.
ROOM, MUST, FULL, LEFT, ROLL, P_STARTS, P_HOURS, SHARE, N_PS = 0, 4, 8, 12, 16, 19, 20, 21, 24
# Stores' parameters ``sp`` and state ``ss``.
S_FROM, S_UNTIL, S_POWER, S_ENERGY, S_ETA, S_RESERVE, N_SP = 0, 1, 2, 3, 4, 5, 6
HELD, CAN, N_SS = 0, 1, 2
# Ways to move a store's energy: out with its reserve, out without it, in.
GIVE_ALL, GIVE_FREE, TAKE = 0, 1, 2
# Units' state ``us``: on, hour of the last change, starts of the past year.
ON, SINCE, N_STARTS, N_US = 0, 1, 2, 3
# Hourly results ``out``, and by group ``out_g``.
GRID, DISCHARGE, CHARGE, ENERGY, LOSS, REMOVED, CURTAILED, SHED, N_OUT = 0, 1, 2, 3, 4, 5, 6, 7, 8
OUTPUT, FUEL, ONLINE, STARTS, N_OUT_G = 0, 1, 2, 3, 4
# Bits of ``bind`` beyond the four resources: starts and start hours held something back.
BIND_EVENTS, BIND_HOURS = 16, 32
# Bits of ``up``: the unit is not broken; it was started in this hour (written here).
WORKS, STARTED = 1, 2

YEAR_H = 8760
EPS = 1e-9

# Parts of the loop are called from it alone: without wrappers for Python they compile in half the time.
# Where literal arguments would make several versions of one part, its signature is written out.
_HOW: dict[str, Any] = {
    "cache": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
_part = njit(**_HOW)


@_part
def _add_unit(
    h: int, g: int, sign: float, running_h: float, least_frac: float, gp: Floats, cap: Floats,
    hr: Floats, ps: Floats,
) -> None:  # fmt: skip
    """Book what a unit takes of its permit in this hour, at least and at most."""
    p = int(gp[g, PERMIT])
    mw = cap[h, g]
    for r in range(3):
        kg_per_mwh = gp[g, EF + r] * hr[h, g]
        idle = kg_per_mwh * gp[g, NO_LOAD] * mw * running_h
        steep = kg_per_mwh * (1.0 - gp[g, NO_LOAD]) * mw
        ps[p, MUST + r] += sign * (idle + steep * least_frac)
        ps[p, FULL + r] += sign * (idle + steep * running_h)
    ps[p, MUST + 3] += sign * mw * least_frac
    ps[p, FULL + 3] += sign * mw * running_h


@_part
def _ration(
    day: int, days: int, cum_used: Floats, cum_need: Floats, pp: Floats, ps: Floats,
) -> None:  # fmt: skip
    """Find the share of each budget's wanted use that can be kept up for the coming 365 days."""
    for p in range(pp.shape[0]):
        for r in range(3):
            lowest = np.inf
            for k in range(1, min(365, days - day) + 1):
                past = cum_used[day, p, r] - cum_used[max(day + k - 365, 0), p, r]
                wanted = cum_need[day + k, p, r] - cum_need[day, p, r]
                if wanted > 0.0:
                    lowest = min(lowest, (pp[p, LIMIT + r] - past) / wanted)
            ps[p, SHARE + r] = max(lowest, 0.0)


@_part
def _accumulate(
    first: int, last: int, hourly: Floats, cum: Floats,
) -> None:  # fmt: skip
    """Add hours to the running totals by day; row d is what was used before day d."""
    for h in range(first, last):
        for p in range(hourly.shape[1]):
            for r in range(3):
                if h % 24 == 0:
                    cum[h // 24 + 1, p, r] = cum[h // 24, p, r]
                cum[h // 24 + 1, p, r] += hourly[h, p, r]


@_part
def _begin_hour(
    h: int, ration: bool, need: Floats, used: Floats, gp: Floats, pp: Floats, up: Bytes, us: Ints,
    gs: Floats, ps: Floats,
) -> None:  # fmt: skip
    """Drop what lies a full year back from the rolling sums; set what each permit allows now."""
    for p in range(pp.shape[0]):
        for r in range(4):
            ps[p, MUST + r] = 0.0
            ps[p, FULL + r] = 0.0
            ps[p, ROOM + r] = pp[p, LIMIT + r]
        for r in range(3):
            if h >= YEAR_H:
                ps[p, ROLL + r] -= used[h - YEAR_H, p, r]
            ps[p, ROOM + r] = pp[p, LIMIT + r] * (1.0 - 1e-9) - ps[p, ROLL + r]
            if ration and ps[p, SHARE + r] < 1.0:
                ps[p, ROOM + r] = min(ps[p, ROOM + r], ps[p, SHARE + r] * need[h, p, r])
    for g in range(gp.shape[0]):
        gs[g, N_ON] = 0.0
        gs[g, N_NEW] = 0.0
        p = int(gp[g, PERMIT])
        first = int(gp[g, FIRST])
        for u in range(first, first + int(gp[g, UNITS])):
            if h >= YEAR_H and up[h - YEAR_H, u] & STARTED:
                us[u, N_STARTS] -= 1
                ps[p, P_STARTS] -= 1.0
                ps[p, P_HOURS] = max(ps[p, P_HOURS] - gp[g, EVENT_H], 0.0)


@_part
def _trip(
    h: int, gp: Floats, cap: Floats, hr: Floats, up: Bytes, us: Ints, gs: Floats, ps: Floats,
) -> None:  # fmt: skip
    """Take off the units that are broken or out of service; count those that run on."""
    for g in range(gp.shape[0]):
        serving = gp[g, FROM] <= h < gp[g, UNTIL]
        first = int(gp[g, FIRST])
        for u in range(first, first + int(gp[g, UNITS])):
            if us[u, ON] == 1:
                if serving and up[h, u] & WORKS:
                    gs[g, N_ON] += 1.0
                    _add_unit(h, g, 1.0, 1.0, gp[g, MIN_LOAD], gp, cap, hr, ps)
                else:
                    us[u, ON] = 0
                    us[u, SINCE] = h


@njit("i8(i8, i8, i8, f8, f8[:,::1], u1[:,::1], i8[:,::1])", **_HOW)
def _pick(
    h: int, g: int, wanted: int, least_h: float, gp: Floats, up: Bytes, us: Ints,
) -> int:  # fmt: skip
    """Unit of the past year's fewest starts that works and is on (1) or off (0) for long enough, or -1."""
    first = int(gp[g, FIRST])
    best = first - 1
    for u in range(first, first + int(gp[g, UNITS])):
        fits = us[u, ON] == wanted and h - us[u, SINCE] >= least_h and up[h, u] & WORKS
        if fits and (best < first or us[u, N_STARTS] < us[best, N_STARTS]):
            best = u
    return best if best >= first else -1


@_part
def _stop(
    h: int, g: int, u: int, gp: Floats, cap: Floats, hr: Floats, us: Ints, gs: Floats, ps: Floats,
) -> None:  # fmt: skip
    us[u, ON] = 0
    us[u, SINCE] = h
    gs[g, N_ON] -= 1.0
    _add_unit(h, g, -1.0, 1.0, gp[g, MIN_LOAD], gp, cap, hr, ps)


@_part
def _stop_excess(
    h: int, gp: Floats, cap: Floats, hr: Floats, up: Bytes, us: Ints, gs: Floats, ps: Floats, bind: Ints,
) -> None:  # fmt: skip
    """Stop units whose least running would break their permit, whatever their minimum up time."""
    for g in range(gp.shape[0] - 1, -1, -1):
        p = int(gp[g, PERMIT])
        while gs[g, N_ON] > 0.0:
            over = 0
            for r in range(4):
                if ps[p, MUST + r] > ps[p, ROOM + r]:
                    over |= 1 << r
            if over == 0:
                break
            bind[h, p] |= over
            _stop(h, g, _pick(h, g, 1, 0.0, gp, up, us), gp, cap, hr, us, gs, ps)


@_part
def _refusal(
    h: int, g: int, u: int, gp: Floats, pp: Floats, cap: Floats, hr: Floats, us: Ints, ps: Floats,
) -> int:  # fmt: skip
    """Which limits of a permit leave no room for one more start, or for the unit to be of use; 0: none."""
    p = int(gp[g, PERMIT])
    counted = ps[p, P_STARTS] if pp[p, PLANT_WIDE] > 0.0 else float(us[u, N_STARTS])
    no = 0
    if counted + 1.0 > pp[p, EVENTS]:
        no |= BIND_EVENTS
    if ps[p, P_HOURS] + gp[g, EVENT_H] > pp[p, EVENT_HOURS] + EPS:
        no |= BIND_HOURS
    running = gp[g, NO_LOAD] + (1.0 - gp[g, NO_LOAD]) * gp[g, MIN_LOAD]
    for r in range(4):
        later = cap[h, g] * gp[g, MIN_LOAD]
        burst = 0.0
        if r < 3:
            later = cap[h, g] * hr[h, g] * gp[g, EF + r] * running
            burst = gp[g, START_FUEL] * gp[g, EF_START + r]
        if ps[p, FULL + r] >= ps[p, ROOM + r] or ps[p, MUST + r] + burst + later > ps[p, ROOM + r]:
            no |= 1 << r
    return no


@_part
def _start_units(
    h: int, s: int, need_now: float, need_next: float, running: float, gp: Floats, pp: Floats,
    cap: Floats, hr: Floats, up: Bytes, us: Ints, gs: Floats, ps: Floats, bind: Ints,
) -> None:  # fmt: skip
    """Start units of one source, best first, until the need of this hour and the next is covered."""
    now = running
    for g in range(gp.shape[0]):
        if gp[g, SOURCE] != s or not gp[g, FROM] <= h < gp[g, UNTIL]:
            continue
        p = int(gp[g, PERMIT])
        while now < need_now - EPS or running < need_next - EPS:
            u = _pick(h, g, 0, gp[g, MIN_DOWN], gp, up, us)
            if u < 0:
                break
            no = _refusal(h, g, u, gp, pp, cap, hr, us, ps)
            if no > 0:
                bind[h, p] |= no
                break
            us[u, ON] = 1
            us[u, SINCE] = h
            if h == max(gp[g, FROM], 0.0):
                # A unit enters service running: its first start belongs to its commissioning.
                gs[g, N_ON] += 1.0
                _add_unit(h, g, 1.0, 1.0, gp[g, MIN_LOAD], gp, cap, hr, ps)
                now += cap[h, g]
                running += cap[h, g]
                continue
            us[u, N_STARTS] += 1
            up[h, u] |= STARTED
            ps[p, P_STARTS] += 1.0
            ps[p, P_HOURS] += gp[g, EVENT_H]
            gs[g, N_NEW] += 1.0
            for r in range(3):
                ps[p, ROOM + r] -= gp[g, START_FUEL] * gp[g, EF_START + r]
            _add_unit(h, g, 1.0, 1.0 - gp[g, START_H], 0.0, gp, cap, hr, ps)
            now += cap[h, g] * (1.0 - gp[g, START_H])
            running += cap[h, g]


@_part
def _stop_units(
    h: int, s: int, need_now: float, running: float, surplus: bool, hold: Floats, gp: Floats, pp: Floats,
    cap: Floats, hr: Floats, up: Bytes, us: Ints, gs: Floats, ps: Floats,
) -> None:  # fmt: skip
    """Stop units of one source, worst first, that nothing within the look-ahead will ask for."""
    for g in range(gp.shape[0] - 1, -1, -1):
        p = int(gp[g, PERMIT])
        while gp[g, SOURCE] == s and gs[g, N_ON] > 0.0:
            keep = need_now
            u = _pick(h, g, 1, max(gp[g, MIN_UP], 1.0), gp, up, us)
            if u < 0:
                break
            if not surplus:
                counted = ps[p, P_STARTS] if pp[p, PLANT_WIDE] > 0.0 else float(us[u, N_STARTS])
                scarce = 2.0 * counted >= pp[p, EVENTS] or 2.0 * ps[p, P_HOURS] >= pp[p, EVENT_HOURS]
                keep = max(keep, hold[h, s - 1, 1 + p if scarce else 0])
            if running - cap[h, g] < keep - EPS:
                break
            running -= cap[h, g]
            _stop(h, g, u, gp, cap, hr, us, gs, ps)


@_part
def _raise(
    h: int, s: int, wanted: float, gp: Floats, cap: Floats, hr: Floats, gs: Floats, ps: Floats,
    bind: Ints,
) -> float:  # fmt: skip
    """Raise a source by at most ``wanted`` MW within its units and permits; return by how much."""
    raised = 0.0
    for g in range(gp.shape[0]):
        units = gs[g, N_ON] + gs[g, N_NEW] * (1.0 - gp[g, START_H])
        if gp[g, SOURCE] != s or units <= 0.0:
            continue
        p = int(gp[g, PERMIT])
        more = min(wanted - raised, cap[h, g] * units - gs[g, OUT])
        steep = hr[h, g] * (1.0 - gp[g, NO_LOAD])
        bound = 0
        for r in range(4):
            each = 1.0 if r == 3 else steep * gp[g, EF + r]
            if each * more > ps[p, LEFT + r]:
                more = ps[p, LEFT + r] / each
                bound = 1 << r
        more = max(more, 0.0)
        for r in range(4):
            ps[p, LEFT + r] -= more * (1.0 if r == 3 else steep * gp[g, EF + r])
        if wanted < np.inf:
            bind[h, p] |= bound
        gs[g, OUT] += more
        raised += more
    return raised


@_part
def _set_least(
    h: int, gp: Floats, cap: Floats, gs: Floats, ps: Floats,
) -> float:  # fmt: skip
    """Put every unit at its least output; return the sum and set what each permit has left."""
    least = 0.0
    for p in range(ps.shape[0]):
        for r in range(4):
            ps[p, LEFT + r] = ps[p, ROOM + r] - ps[p, MUST + r]
    for g in range(gp.shape[0]):
        gs[g, OUT] = gs[g, N_ON] * gp[g, MIN_LOAD] * cap[h, g]
        least += gs[g, OUT]
    return least


@njit("f8(i8, i8, f8[:,::1], f8[:,::1])", **_HOW)
def _store_can(h: int, way: int, sp: Floats, ss: Floats) -> float:  # fmt: skip
    """What the stores can take in or give in this hour, each and together."""
    total = 0.0
    for b in range(sp.shape[0]):
        ss[b, CAN] = 0.0
        if sp[b, S_FROM] <= h < sp[b, S_UNTIL]:
            if way == TAKE:
                mw = max(sp[b, S_ENERGY] - ss[b, HELD], 0.0) / sp[b, S_ETA]
            else:
                floor = sp[b, S_ENERGY] * sp[b, S_RESERVE] if way == GIVE_FREE else 0.0
                mw = max(ss[b, HELD] - floor, 0.0) * sp[b, S_ETA]
            ss[b, CAN] = min(sp[b, S_POWER], mw)
            total += ss[b, CAN]
    return total


@njit("f8(i8, i8, f8, f8, f8[:,::1], f8[:,::1], f8[:,::1])", **_HOW)
def _store_move(
    h: int, way: int, mw: float, total: float, sp: Floats, ss: Floats, out: Floats,
) -> float:  # fmt: skip
    """Charge or discharge, each store in proportion to what it can; return what was moved."""
    moved = min(mw, total)
    if moved <= 0.0:
        return 0.0
    for b in range(sp.shape[0]):
        part = moved * (ss[b, CAN] / total)
        eta = sp[b, S_ETA]
        ss[b, HELD] += part * eta if way == TAKE else -part / eta
        out[h, LOSS] += part * (1.0 - eta) if way == TAKE else part / eta - part
        if ss[b, HELD] < 0.0:
            # Rounding of the last drop: booked with the losses, so that the balance stays exact.
            out[h, LOSS] += ss[b, HELD]
            ss[b, HELD] = 0.0
    out[h, CHARGE if way == TAKE else DISCHARGE] += moved
    return moved


@_part
def _bridged(
    h: int, s: int, look: int, need_now: float, running: float, forecast: Floats, sp: Floats, ss: Floats,
) -> bool:  # fmt: skip
    """Whether the stores, above their reserves, carry the whole shortfall of the look-ahead."""
    power = _store_can(h, GIVE_FREE, sp, ss)
    stored = 0.0
    for b in range(sp.shape[0]):
        if ss[b, CAN] > 0.0:
            stored += (ss[b, HELD] - sp[b, S_ENERGY] * sp[b, S_RESERVE]) * sp[b, S_ETA]
    for k in range(min(look + 1, forecast.shape[0] - h)):
        lack = (need_now if k == 0 else forecast[h + k, s - 1]) - running
        if lack > 0.0:
            stored -= lack
            if lack > power or stored < 0.0:
                return False
    return True


@_part
def _commit(
    h: int, net: float, limit: float, order: Ints, look: int, forecast: Floats, hold: Floats, gp: Floats,
    pp: Floats, sp: Floats, cap: Floats, hr: Floats, up: Bytes, us: Ints, gs: Floats, ps: Floats,
    ss: Floats, bind: Ints,
) -> None:  # fmt: skip
    """Decide which units run in this hour, source by source in the dispatch order."""
    before = 0.0
    grid_before = False
    for k in range(3):
        s = order[k]
        if s == 0:
            before += limit
            grid_before = True
            continue
        need_now = max(net - before, 0.0)
        need_next = forecast[h + 1, s - 1] if h + 1 < forecast.shape[0] else 0.0
        running = 0.0
        for g in range(gp.shape[0]):
            if gp[g, SOURCE] == s:
                running += gs[g, N_ON] * cap[h, g]
        if running < max(need_now, need_next) - EPS:
            if not (grid_before and _bridged(h, s, look, need_now, running, forecast, sp, ss)):
                _start_units(h, s, need_now, need_next, running, gp, pp, cap, hr, up, us, gs, ps, bind)
        else:
            surplus = _set_least(h, gp, cap, gs, ps) > net
            _stop_units(h, s, need_now, running, surplus, hold, gp, pp, cap, hr, up, us, gs, ps)
        _set_least(h, gp, cap, gs, ps)
        before += _raise(h, s, np.inf, gp, cap, hr, gs, ps, bind)
        for g in range(gp.shape[0]):
            if gp[g, SOURCE] == s:
                before += gs[g, N_ON] * gp[g, MIN_LOAD] * cap[h, g]


@_part
def _fill(
    h: int, net: float, limit: float, order: Ints, gp: Floats, sp: Floats, cap: Floats, hr: Floats,
    gs: Floats, ps: Floats, ss: Floats, out: Floats, bind: Ints,
) -> None:  # fmt: skip
    """Fill the net demand in the order of sources, then stores, then shed; or place a surplus."""
    rem = net - _set_least(h, gp, cap, gs, ps)
    wanted_in = 0.0
    for phase in range(2):
        for k in range(3):
            if rem <= 0.0:
                break
            if order[k] == 0:
                more = min(rem, limit - out[h, GRID])
                out[h, GRID] += more
            else:
                more = _raise(h, order[k], rem, gp, cap, hr, gs, ps, bind)
            rem -= more
        if phase == 1:
            break
        if rem > EPS:
            total = _store_can(h, GIVE_FREE, sp, ss)
            if total < rem:
                total = _store_can(h, GIVE_ALL, sp, ss)
            out[h, SHED] = rem - _store_move(h, GIVE_ALL, rem, total, sp, ss, out)
            return
        wanted_in = _store_can(h, TAKE, sp, ss)
        if rem < 0.0:
            out[h, CURTAILED] = -rem - _store_move(h, TAKE, -rem, wanted_in, sp, ss, out)
            return
        out[h, SHED] = rem
        rem = wanted_in
    _store_move(h, TAKE, wanted_in - rem, wanted_in, sp, ss, out)


@_part
def _book(
    h: int, gp: Floats, sp: Floats, cap: Floats, hr: Floats, gs: Floats, ps: Floats, ss: Floats,
    out: Floats, out_g: Floats, used: Floats,
) -> None:  # fmt: skip
    """Write the hour's fuel, pollutants, units and stored energy."""
    for g in range(gp.shape[0]):
        p = int(gp[g, PERMIT])
        running = gs[g, N_ON] + gs[g, N_NEW] * (1.0 - gp[g, START_H])
        idle = gp[g, NO_LOAD] * cap[h, g] * running
        steady = hr[h, g] * (idle + (1.0 - gp[g, NO_LOAD]) * gs[g, OUT])
        starting = gs[g, N_NEW] * gp[g, START_FUEL]
        out_g[h, g, OUTPUT] = gs[g, OUT]
        out_g[h, g, FUEL] = steady + starting
        out_g[h, g, ONLINE] = gs[g, N_ON] + gs[g, N_NEW]
        out_g[h, g, STARTS] = gs[g, N_NEW]
        for r in range(3):
            kg = steady * gp[g, EF + r] + starting * gp[g, EF_START + r]
            used[h, p, r] += kg
            ps[p, ROLL + r] += kg
    for b in range(sp.shape[0]):
        out[h, ENERGY] += ss[b, HELD]


_SIGNATURE = (
    "void(f8[::1], f8[::1], i8[::1], i8, b1, f8[:,::1], f8[:,:,::1], f8[:,:,::1], f8[:,::1], f8[:,::1],"
    " f8[:,::1], f8[:,::1], f8[:,::1], u1[:,::1], i8[:,::1], f8[:,::1], f8[:,::1], f8[:,::1],"
    " f8[:,:,::1], f8[:,:,::1], f8[:,::1], f8[:,:,::1], f8[:,:,::1], i8[:,::1])"
)


@njit(_SIGNATURE, cache=True, error_model="numpy")
def run(
    net: Floats, limit: Floats, order: Ints, look: int, ration: bool, forecast: Floats, hold: Floats,
    need: Floats, gp: Floats, pp: Floats, sp: Floats, cap: Floats, hr: Floats, up: Bytes, us: Ints,
    gs: Floats, ps: Floats, ss: Floats, cum_used: Floats, cum_need: Floats, out: Floats, out_g: Floats,
    used: Floats, bind: Ints,
) -> None:  # fmt: skip
    """Dispatch every hour in turn; results are written into ``out``, ``out_g``, ``used`` and ``bind``."""
    hours = net.size
    days = hours // 24
    if ration:
        _accumulate(0 * days, hours, need, cum_need)
    for h in range(hours):
        if ration and h % 24 == 0:
            _ration(h // 24, days, cum_used, cum_need, pp, ps)
        _begin_hour(h, ration, need, used, gp, pp, up, us, gs, ps)
        _trip(h, gp, cap, hr, up, us, gs, ps)
        _stop_excess(h, gp, cap, hr, up, us, gs, ps, bind)
        for b in range(sp.shape[0]):
            if h == sp[b, S_UNTIL]:
                out[h, REMOVED] += ss[b, HELD]
                ss[b, HELD] = 0.0
        _commit(
            h, net[h], limit[h], order, look, forecast, hold, gp, pp, sp, cap, hr, up, us, gs, ps, ss, bind
        )
        _fill(h, net[h], limit[h], order, gp, sp, cap, hr, gs, ps, ss, out, bind)
        _book(h, gp, sp, cap, hr, gs, ps, ss, out, out_g, used)
        if ration:
            _accumulate(h, h + 1, used, cum_used)
