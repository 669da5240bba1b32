import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awm_gym.registry import env_id, key_of, normalise


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("E Commerce 33", "e_commerce_33"),
        ("DoorDash Drive (Delivery Tracking)", "doordash_drive_delivery_tracking"),
        ("Samsara (Fleet & Asset Maintenance Management)", "samsara_fleet_asset_maintenance_management"),
        ("__a--b__", "a_b"),
        ("Café", "caf"),
        ("☃", ""),
    ],
)
def test_a_name_is_normalised_as_awm_joins_its_files(name: str, key: str) -> None:
    assert normalise(name) == key


@given(st.text())
def test_a_key_is_an_identifier_and_normalising_again_changes_nothing(name: str) -> None:
    key = normalise(name)
    assert key == "" or re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", key)
    assert normalise(key) == key


@given(st.text())
def test_a_name_and_its_gymnasium_id_mean_the_same_entry(name: str) -> None:
    if normalise(name):
        assert key_of(env_id(name)) == key_of(f"awm_gym:{env_id(name)}") == normalise(name)


def test_every_spelling_of_a_name_means_the_same_entry() -> None:
    assert {key_of(name) for name in ("e_commerce_33", "E Commerce 33", "awm/e_commerce_33-v0")} == {"e_commerce_33"}
