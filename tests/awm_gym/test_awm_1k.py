"""Real environments of AgentWorldModel-1K: they come up, and tasks worked through by hand are paid.

The plans below were written for this test. The data is not part of the project: see `awm_data` in conftest.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from awm_gym import AwmEnv, default_runtime
from awm_gym.registry import open_source

Ask = Callable[..., Any]


def register_luna(ask: Ask) -> None:
    assert all(pet["name"] != "Luna" or pet["microchip_id"] != "985121002345678" for pet in ask("list_pets")["pets"])
    ask(
        "create_pet",
        name="Luna",
        species="Dog",
        breed="Golden Retriever",
        birth_date="2021-03-15",
        weight_kg=24.5,
        microchip_id="985121002345678",
        initial_medical_history_note="Spayed at 6 months, no known allergies.",
    )


def draft_a_policy_version(ask: Ask) -> None:
    (policy,) = ask("list_policies", name="Workplace Safety Policy")["policies"]
    ask(
        "create_policy_version",
        policy_id=policy["id"],
        version_number="2.0",
        status="draft",
        effective_date="2026-02-01",
        change_summary="Updated fire evacuation procedures and added ergonomic workstation requirements",
    )


def define_a_control(ask: Ask) -> None:
    ask(
        "create_control_item",
        title="Quarterly Access Review for Financial Systems",
        description_short="Review and certify user access to core financial applications every quarter",
        control_owner="CFO Office",
        frequency="quarterly",
        evidence_required="access review report and approval logs",
    )


def change_an_ingredient(ask: Ask) -> None:
    found = ask("list_ingredients", name="House Ranch Sauce")["ingredients"][0]
    flags = "dairy, egg"
    ask("update_ingredient", ingredient_id=found["id"], unit_of_measure="quart", par_level=12, allergen_flags=flags)


def approve_a_change_order(ask: Ask) -> None:
    (project,) = ask("list_projects", project_code="SCHOOL-WING-B")["projects"]
    year, month, day = map(int, project["end_date"].split("-"))
    order = ask(
        "create_change_order",
        project_id=project["id"],
        requested_scope_change="Add 4 new skylights to corridor B2 including structural framing and flashing",
        cost_impact=48000,
        schedule_impact_days=7,
        approval_status="pending_client_approval",
    )
    order = order.get("change_order", order)
    ask("update_change_order", change_order_id=order["id"], approval_status="approved")
    ask("update_project", project_id=project["id"], end_date=f"{year}-{month:02}-{day + 7:02}")


PLANS: list[tuple[str, int, Callable[[Ask], None]]] = [
    ("appointment_booking_1", 0, register_luna),
    ("policy_and_document_management_1", 1, draft_a_policy_version),
    ("policy_and_document_management_1", 5, define_a_control),
    ("workflow_task_management_2", 1, change_an_ingredient),
    ("project_management_1", 7, approve_a_change_order),
]


@pytest.mark.parametrize(("name", "task", "plan"), PLANS, ids=[f"{name}-{task}" for name, task, _ in PLANS])
def test_a_task_worked_through_by_hand_is_paid(
    awm_data: Path, name: str, task: int, plan: Callable[[Ask], None]
) -> None:
    env = AwmEnv(name, task=task, source=str(awm_data / "awm_1k_sample"))
    env.reset(seed=0)
    assert env.reward() == 0.0

    def ask(tool: str, **arguments: Any) -> Any:
        observed, _, _, _, info = env.step({"tool": tool, "arguments": arguments})
        assert info["kind"] == "ok", observed["content"]
        return json.loads(observed["content"])

    plan(ask)
    _, reward, _, _, info = env.step({"tool": "final_answer", "arguments": {"answer": "Done."}})
    assert (reward, info["outcome"]) == (1.0, "complete")
    env.close()


@pytest.mark.parametrize(("folder", "scenarios"), [("awm_1k_sample", 15), ("pipeline_run", 5)])
def test_every_scenario_comes_up_with_all_its_tools(awm_data: Path, folder: str, scenarios: int) -> None:
    source = open_source(awm_data / folder)
    found = [default_runtime().scenario(source.get(name)) for name in source.names()]
    assert len(found) == scenarios
    for scenario in found:
        operations = len(re.findall(r"operation_id\s*=", scenario.entry.app))
        # An OpenAPI document has room for one operation on a method and path; the warnings name the others.
        hidden = sum("same method and path" in warning for warning in scenario.warnings)
        assert len(scenario.tools) == operations - hidden
