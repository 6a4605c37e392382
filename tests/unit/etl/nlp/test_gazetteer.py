from pathlib import Path

import numpy as np
import pytest

from etl.nlp.gazetteer import CATEGORIES, FEATURE_WIDTH, load_gazetteer
from graph.errors import ConfigError


def test_full_names_are_known_with_their_authority() -> None:
    known = load_gazetteer().unique("清华大学", "University")
    assert known is not None
    assert known.authority.startswith("moe:")


def test_a_short_form_of_several_universities_leads_to_none_of_them() -> None:
    gazetteer = load_gazetteer()
    assert len({known.name for known in gazetteer.lookup("东大")}) > 1
    assert gazetteer.unique("东大", "University") is None


def test_features_mark_the_longest_match_of_a_category() -> None:
    text = "在天津大学附近"
    bits = load_gazetteer().features(text).reshape(len(text), len(CATEGORIES), 3)
    column = CATEGORIES.index("university")
    assert bits[:, column, 1].tolist() == [0, 1, 1, 1, 1, 0, 0]
    assert bits[:, column, 0].argmax() == 1
    assert bits[:, column, 2].argmax() == 4
    assert load_gazetteer().features("").shape == (0, FEATURE_WIDTH)


def test_latin_short_forms_count_only_as_whole_words() -> None:
    gazetteer = load_gazetteer()
    assert any(m.known and m.start == 0 for m in gazetteer.matches("PKU signed"))
    assert not any(m.known and m.start == 0 for m in gazetteer.matches("PKUX signed"))


def test_users_bring_their_own_names(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("type,name,aliases\nFirm,海口椰安电子有限公司,椰安\n", "utf-8")
    known = load_gazetteer(tmp_path).unique("椰安", "Firm")
    assert known is not None
    assert known.name == "海口椰安电子有限公司"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("kind,name\nFirm,甲\n", "needs the columns type and name"),
        ("type,name\nCompany,甲\n", "Line 2 .* unknown type"),
    ],
)
def test_a_lexicon_that_cannot_be_used_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "own.csv").write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=message):
        load_gazetteer(tmp_path)
    assert np.isfinite(load_gazetteer().features("仍可用")).all()


def test_an_empty_folder_is_no_lexicon(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no folder with \.csv files"):
        load_gazetteer(tmp_path)
