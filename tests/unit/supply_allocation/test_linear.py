"""The linear program beneath every plan."""

import numpy as np

from gigawatt.supply.allocation.linear import Program, solve


def test_a_linear_program_is_solved_to_its_end_however_little_time_a_search_has():
    rng = np.random.default_rng(2)
    program = Program()
    columns = program.add_columns(rng.uniform(1.0, 2.0, 80), np.zeros(1), np.full(1, 10.0), whole=False)
    terms = (np.tile(columns, (60, 1)), rng.uniform(0.0, 1.0, (60, 80)))
    program.add_rows(np.full(60, -np.inf), np.full(60, 7.0), terms)
    found = solve(program, time_limit_s=1e-9)
    assert found.optimal
    assert found.objective == solve(program).objective > 0.0
