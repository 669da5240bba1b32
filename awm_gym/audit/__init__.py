"""Proving tasks: gates with evidence, and a grade for each task.

`models` is what is found, `store` and `grades` where it is kept and how it is used. `auditing` runs the audit of an
entry: `entry_gates` (database, app, tools), `verifier_gates` (a verifier without a gold solution), `gold_gates` and
`mutants`, `collateral`, and `grading`. Code that looks into databases stands in `inside`, and runs behind the sandbox.
"""

from awm_gym.audit.grades import grades_of, verified_tasks
from awm_gym.audit.models import Counterexample, Gate, GradeName, Options, ScenarioAudit, TaskAudit

__all__ = [
    "Counterexample",
    "Gate",
    "GradeName",
    "Options",
    "ScenarioAudit",
    "TaskAudit",
    "grades_of",
    "verified_tasks",
]
