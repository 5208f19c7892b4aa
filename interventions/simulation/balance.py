"""Make a table of likelihoods agree with the totals that were measured along both its sides."""

from __future__ import annotations

from collections.abc import Sequence

ROUNDS = 60


def balance(
    likelihood: Sequence[Sequence[float]], rows: Sequence[float], columns: Sequence[float]
) -> list[list[float]]:
    """Scale rows and columns in turn until they sum to `rows` and `columns` (iterative proportional fitting).

    The two lists of totals must add up to the same sum. The relations within the table
    (odds ratios) stay as they are in `likelihood`.
    """
    table = [list(row) for row in likelihood]
    for _ in range(ROUNDS):
        for row, total in zip(table, rows, strict=True):
            factor = total / (sum(row) or 1)
            row[:] = [cell * factor for cell in row]
        sums = [sum(column) for column in zip(*table, strict=True)]
        factors = [total / (found or 1) for total, found in zip(columns, sums, strict=True)]
        for row in table:
            row[:] = [cell * factor for cell, factor in zip(row, factors, strict=True)]
    return table
