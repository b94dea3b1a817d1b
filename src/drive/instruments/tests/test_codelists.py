"""The code lists say what the extract's contract says, and a file that is not in order is refused by line."""

import json
from pathlib import Path

import pytest

from drive.instruments.codelists import OFFERED_STATES, UnknownCodeError, code_list, code_lists, load
from drive.instruments.strict_yaml import DefinitionError

EXTRACT = json.loads((Path(__file__).parent / "extract_enums.json").read_text(encoding="utf-8"))["code_lists"]

# Our list, the extract's list, what only the extract has, what only we have. Each difference has its reason:
# the extract folds missing states into `unknown`, keeps codes of old data, and knows a case by its arm.
AGREEMENTS = [
    ("K-02", "gender", {"unknown"}, set()),
    ("K-03", "ethnicity", {"unknown"}, set()),
    ("K-04", "sexual_orientation", {"unknown"}, set()),
    ("K-05", "employment", {"unknown"}, set()),
    ("K-06", "relationship", {"unknown", "family"}, set()),
    ("K-09", "source", set(), set()),
    ("K-10.kind", "panel_kind", set(), set()),
    ("K-10.outcome", "panel_outcome", set(), set()),
    ("K-14", "arm", set(), {"panel_selected"}),
    ("K-18", "channel", set(), set()),
    ("K-20", "engagement", {"not_applicable", "unknown"}, set()),
    ("K-24", "need", set(), set()),
    ("K-25", "need_level", {"present", "unknown"}, set()),
    ("K-27", "abuse_type", set(), set()),
    ("K-28", "severity", set(), set()),
    ("K-29", "answer", set(), set()),
    ("K-35", "sector", set(), set()),
    ("K-36", "timepoint", {"review", "post"}, {"two_weeks", "post_3", "post_6", "post_12"}),
    ("K-39", "subcategory", set(), set()),
    ("K-40", "support_area", set(), set()),
    ("K-41", "disrupt_area", set(), set()),
    ("K-45", "agency", set(), set()),
    ("K-52", "reason", {"unknown"}, set()),
    ("K-59", "cp", {"unknown"}, set()),
    ("K-61", "risk_level", set(), set()),
    ("K-62", "exit_reason", set(), set()),
    ("K-63.kind", "session_kind", set(), set()),
    ("K-63.provider", "provider", set(), set()),
    ("informant", "informant", set(), set()),
    ("risk_target", "target", set(), set()),
    ("yes_no", "yn", {"unknown"}, set()),
]


def codes(*list_ids: str) -> set[str]:
    return {entry.code for list_id in list_ids for entry in code_list(list_id).codes}


@pytest.mark.parametrize(("ours", "theirs", "only_theirs", "only_ours"), AGREEMENTS)
def test_list_agrees_with_the_extract(
    ours: str, theirs: str, only_theirs: set[str], only_ours: set[str]
) -> None:
    assert set(EXTRACT[theirs]) - codes(ours) == only_theirs
    assert codes(ours) - set(EXTRACT[theirs]) == only_ours


def test_lists_that_the_extract_keeps_as_one() -> None:
    assert codes("K-38", "K-56") == set(EXTRACT["category"])
    assert codes("K-30", "K-31", "K-32", "K-33") == set(EXTRACT["risk_code"])


def test_every_published_number_is_there() -> None:
    numbers = {int(list_id[2:4]) for list_id in code_lists() if list_id.startswith("K-")}
    assert set(range(1, 64)) - numbers == {7, 12, 34}  # numbers that the handbook does not use


def test_missing_states_that_may_be_given_leave_out_the_worked_out_ones() -> None:
    offered = [code for code, _ in code_list("K-01").choices()]
    assert offered == list(OFFERED_STATES)
    assert codes("K-01") - set(offered) == {"not_recorded", "not_collected"}


def test_retired_codes_are_readable_but_not_offered() -> None:
    engagement = code_list("K-21")
    assert "no_news" not in dict(engagement.choices())
    assert engagement.label("no_news") == "Engaged, wants no news"
    assert "no_news" in dict(engagement.choices(current_only=False))
    assert code_list("K-56").choices() == []


def test_order_and_rank() -> None:
    severity = code_list("K-28")
    assert [severity.rank(code) for code in ("none", "standard", "moderate", "high")] == [0, 1, 2, 3]
    assert severity.rank("unknown") is None
    with pytest.raises(ValueError, match="K-27"):
        code_list("K-27").rank("physical")


def test_words_of_old_forms_are_found() -> None:
    assert code_list("K-28").find("Severe") == "high"
    assert code_list("K-27").find(" j&c ") == "jcc"
    assert code_list("K-28").find("awful") is None


def test_booking_follows_the_roll_up() -> None:
    assert code_list("K-51").roll_up("booking_permitted") == {
        "go",
        "go_with_conditions",
        "light_touch",
        "taper",
    }
    assert code_list("K-45").roll_up("statutory") == code_list("K-45").roll_up("ccj") | {"childrens_services"}


def test_a_number_with_parts_says_so() -> None:
    with pytest.raises(UnknownCodeError, match=r"K-10\.kind, K-10\.outcome"):
        code_list("K-10")


def test_a_site_adds_and_renames(tmp_path: Path) -> None:
    path = tmp_path / "exampleford.yaml"
    path.write_text(
        "site: exampleford\nversion: 3\nlists:\n"
        "  K-42:\n    rename: {cctv: Cameras}\n    add: {lighthouse_watch: Lighthouse watch}\n"
    )
    tools = code_lists().extended_by(path)["K-42"]
    assert tools.version == "1+exampleford.3"
    assert tools.label("cctv") == "Cameras"
    assert tools.entry("lighthouse_watch").added_by == "exampleford"
    assert {entry.code for entry in tools.codes} > codes("K-42")
    assert code_list("K-42").label("cctv") == "CCTV"  # the lists that come with the program do not change


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        ("  K-28:\n    add: {awful: Awful}", 5, "same at every site"),
        ("  K-42:\n    add: {cctv: Cameras}", 5, "already has the code"),
        ("  K-42:\n    rename: {periscope: Periscope}", 5, "no code “periscope”"),
        ("  K-42:\n    remove: [cctv]", 5, "unknown key “remove”"),
        ("  K-99:\n    add: {a: A}", 5, "no code list “K-99”"),
        ("  K-42:\n    add: {Bad Code: Label}", 5, "not a code"),
    ],
)
def test_a_site_may_do_nothing_else(tmp_path: Path, lines: str, line: int, words: str) -> None:
    path = tmp_path / "exampleford.yaml"
    path.write_text(f"site: exampleford\nversion: 1\nlists:\n{lines}\n")
    with pytest.raises(DefinitionError, match=words) as refused:
        code_lists().extended_by(path)
    assert (refused.value.file, refused.value.line) == ("exampleford.yaml", line)


HEAD = "K-99:\n  name: Name\n  version: 1\n  dated: 2026-11-21\n  source: [DES]\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + "  codes: {a: A}\n  colour: red\n", 7, "unknown key “colour”"),
        (HEAD, 2, "“codes” is missing"),
        (HEAD + "  codes:\n    a: A\n    a: B\n", 8, "written twice"),
        (HEAD + "  codes:\n    a: {label: A, missing: none}\n", 7, "not a missing state"),
        (HEAD + "  codes:\n    a: {label: A, retired: yes}\n", 7, "expected true or false"),
        (
            HEAD + "  codes: {a: A}\n  rollups:\n    all: {label: All, codes: [a, b]}\n",
            8,
            "codes the list has not: b",
        ),
        (HEAD.replace("2026-11-21", "soon") + "  codes: {a: A}\n", 4, "expected a date"),
        (HEAD.replace("K-99", "K9") + "  codes: {a: A}\n", 2, "not a list id"),
        ("K-99: [\n", 2, "not valid YAML"),
    ],
)
def test_a_list_not_in_order_is_refused_by_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    (tmp_path / "broken.yaml").write_text(text)
    with pytest.raises(DefinitionError, match=words) as refused:
        load(tmp_path)
    assert (refused.value.file, refused.value.line) == ("broken.yaml", line)


def test_a_list_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(HEAD + "  codes: {a: A}\n")
    with pytest.raises(DefinitionError, match="already defined"):
        load(tmp_path)
