"""The bench: every row of the performance budgets measured beside its reference, in one run.

goals.py        what is measured, beside what, and which budget it has
run.py          group by group, rows as they come
single.py       one environment: reset, step, verify, snapshots
many.py         whole episodes, a crowd of sessions, hosts of their own
workload.py     the entries and calls that are played
references.py   the processes of the references; their programs are bare.py and official.py
processes.py    memory of processes
rows.py         medians, spread, ratios, budgets
plot.py         a picture of it, as SVG
"""

from awm_gym.bench.goals import GOALS, LEGEND, MANY, NAMES, SCENARIOS, Budget, Goal
from awm_gym.bench.plot import plot
from awm_gym.bench.rows import Measured, Row, Size, missing_row, number, row_of
from awm_gym.bench.run import CROWD, crowd_of, run

__all__ = [
    "CROWD",
    "GOALS",
    "LEGEND",
    "MANY",
    "NAMES",
    "SCENARIOS",
    "Budget",
    "Goal",
    "Measured",
    "Row",
    "Size",
    "crowd_of",
    "missing_row",
    "number",
    "plot",
    "row_of",
    "run",
]
