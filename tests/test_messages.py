"""Both languages say everything, shortly."""

import pytest

from poses.exercise_file import built_in
from poses.messages import LANGUAGES, Language, Messages, _texts
from poses.records import Verdict
from poses.view import NOT_BEGUN, PROBLEMS


def keys(table: dict[str, object], prefix: str = "") -> set[str]:
    found = set()
    for key, value in table.items():
        found |= keys(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}"}
    return found


def test_both_languages_have_the_same_keys() -> None:
    assert keys(_texts("en")) == keys(_texts("nl"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_cues_have_at_most_eight_words(language: Language) -> None:
    too_long = {key: text for key, text in _texts(language)["cues"].items() if len(text.split()) > 8}
    assert not too_long


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_can_be_shown_has_a_text(language: Language) -> None:
    texts = Messages(language)
    for exercise in built_in():
        assert texts("exercises", exercise.id)
        for rule in exercise.rules:
            assert texts("rules", exercise.id, rule.id)
            for cue in (rule.cue_low, rule.cue_high, rule.cue_stop):
                assert not cue or texts("cues", cue)
    for verdict in Verdict:
        assert texts("verdicts", verdict.value)
    for problem in (*PROBLEMS, *NOT_BEGUN):
        assert texts("problems", problem)


def test_a_missing_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        Messages("en")("cues", "no_such_cue")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_claims_what_the_program_cannot_do(language: Language) -> None:
    # Section 8 of the specification: words that would make it a medical device.
    forbidden = ("treat", "cure", "heals", "diagnos", "prevents injury", "patient", "behandelt", "geneest", "patiënt")
    everything = " ".join(str(value) for value in _flat(_texts(language))).lower()
    assert not [word for word in forbidden if word in everything]


def _flat(table: dict[str, object]) -> list[object]:
    return [leaf for value in table.values() for leaf in (_flat(value) if isinstance(value, dict) else [value])]


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert [Messages(language).number(-0.25, 2) for language in ("en", "nl")] == ["\u22120.25", "\u22120,25"]
    assert Messages("nl").number(12.0) == "12,0"
