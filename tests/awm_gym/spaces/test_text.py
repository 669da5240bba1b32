import copy
import json
import pickle

import pytest
from gymnasium.spaces import Dict, Discrete
from hypothesis import given
from hypothesis import strategies as st

from awm_gym.spaces import UnicodeText, as_unicode, observation, observation_space

from .schemas import QUICK


@QUICK
@given(st.text())
def test_any_unicode_text_is_contained(text: str) -> None:
    assert text in UnicodeText()


@pytest.mark.parametrize(
    "text", ['{"a": [1, null]}', "", "line\nline\r\n\ttab", "👩🏽‍💻 naïve 漢字", "\0", "\U0010ffff"]
)
def test_json_line_breaks_and_emojis_are_contained(text: str) -> None:
    assert text in UnicodeText()


@pytest.mark.parametrize("other", ["\ud800", "ok \udfff", b"bytes", None, 3, ["text"]])
def test_lone_surrogates_and_other_types_are_not(other: object) -> None:
    assert other not in UnicodeText()


@QUICK
@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_as_unicode_makes_any_string_a_text_and_leaves_texts_alone(text: str) -> None:
    made = as_unicode(text)
    assert made in UnicodeText()
    assert made == text or text not in UnicodeText()


def test_as_unicode_replaces_lone_surrogates_and_joins_pairs() -> None:
    assert as_unicode("a\ud800b") == "a\ufffdb"
    assert as_unicode("\ud83d\ude42") == "🙂"


def test_the_bound_counts_code_points() -> None:
    assert "🙂🙂" in UnicodeText(max_length=2)
    assert "abc" not in UnicodeText(max_length=2)


@pytest.mark.parametrize("bound", [-1, 2.5, "3"])
def test_a_bound_that_is_none_is_an_error(bound: object) -> None:
    with pytest.raises(ValueError, match="non-negative integer or None"):
        UnicodeText(bound)  # type: ignore[arg-type]


@QUICK
@given(st.integers(0, 2**32), st.none() | st.integers(0, 100))
def test_samples_are_contained(seed: int, bound: int | None) -> None:
    space = UnicodeText(bound, seed=seed)
    assert all(space.sample() in space for _ in range(5))


def test_a_seed_fixes_the_samples() -> None:
    one, other = UnicodeText(seed=7), UnicodeText()
    other.seed(7)
    drawn = [one.sample() for _ in range(20)]
    assert drawn == [other.sample() for _ in range(20)]
    assert len(set(drawn)) > 10


def test_samples_are_not_only_ascii() -> None:
    space = UnicodeText(seed=1)
    text = "".join(space.sample() for _ in range(200))
    assert {'"', "{", "\n", " "} <= set(text)
    assert any(ord(char) > 0xFFFF for char in text)


def test_a_mask_fixes_length_and_characters() -> None:
    space = UnicodeText(seed=0)
    assert len(space.sample(mask=(9, None))) == 9
    assert set(space.sample(mask=(50, "ab"))) == {"a", "b"}
    assert set(space.sample(mask=(None, "🙂"))) <= {"🙂"}
    assert space.sample(mask=(0, "")) == ""


def test_a_probability_weighs_characters() -> None:
    space = UnicodeText(seed=0)
    text = space.sample(probability=(300, {"a": 9, "b": 1, "c": 0}))
    assert text.count("a") > 5 * text.count("b") > 0
    assert "c" not in text
    assert len(space.sample(probability=(4, None))) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mask": (1, "a"), "probability": (1, {"a": 1})}, "got both"),
        ({"mask": (9, None)}, "from 0 to 5, got 9"),
        ({"mask": (2, "")}, "got none"),
        ({"mask": (2, "\ud800")}, "lone surrogate"),
        ({"probability": (2, {"a": 0})}, "one above 0"),
        ({"probability": (2, {"ab": 1})}, "single characters"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        UnicodeText(5).sample(**arguments)  # type: ignore[arg-type]


def test_equality_and_hash_follow_the_bound() -> None:
    assert UnicodeText() == UnicodeText(seed=3)
    assert UnicodeText(2) != UnicodeText()
    assert len({UnicodeText(), UnicodeText(), UnicodeText(2)}) == 2
    assert repr(UnicodeText()) == "UnicodeText()"
    assert repr(UnicodeText(2)) == "UnicodeText(max_length=2)"


def test_pickles_and_copies_go_on_drawing_where_the_space_was() -> None:
    space = UnicodeText(5, seed=2)
    twins = [pickle.loads(pickle.dumps(space)), copy.deepcopy(space)]
    expected = [space.sample() for _ in range(5)]
    for twin in twins:
        assert twin == space
        assert [twin.sample() for _ in range(5)] == expected


@QUICK
@given(st.lists(st.text(), max_size=4))
def test_a_batch_survives_json(texts: list[str]) -> None:
    space = UnicodeText()
    assert space.from_jsonable(json.loads(json.dumps(space.to_jsonable(texts)))) == texts


def test_it_works_inside_a_dict_space_and_is_not_flattenable() -> None:
    space = Dict({"text": UnicodeText(), "flag": Discrete(2)}, seed=4)
    assert space.sample() in space
    assert not space.is_np_flattenable


@QUICK
@given(st.text(alphabet=st.characters(exclude_categories=())), st.booleans())
def test_an_observation_is_always_in_the_observation_space(content: str, is_error: bool) -> None:
    made = observation("Cancel order 7.", content, is_error)
    assert made in observation_space()
    assert type(made["is_error"]) is int


def test_the_observation_space_is_new_each_time_and_equal() -> None:
    assert observation_space() == observation_space()
    assert observation_space() is not observation_space()
    assert list(observation_space()) == ["task", "content", "is_error"]
