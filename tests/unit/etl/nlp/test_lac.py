import itertools

import numpy as np
import pytest

from etl.nlp.lac import STATE_WIDTH, load_lac


@pytest.mark.parametrize("text", ["中", "海南大学与三亚学院合作。", "Sanya 2025 \ue000 \U00020000"])
def test_one_state_tag_and_start_a_character(text: str) -> None:
    output = load_lac()(text)
    assert output.states.shape == (len(text), STATE_WIDTH)
    assert output.states.dtype == np.float32
    assert len(output.tags) == len(output.starts) == len(text)
    assert output.starts[0]


def test_words_and_tags_are_those_of_lac() -> None:
    lac, text = load_lac(), "我在北京市工作"
    output = lac(text)
    starts = [*np.flatnonzero(output.starts).tolist(), len(text)]
    words = [text[a:b] for a, b in itertools.pairwise(starts)]
    assert words == ["我", "在", "北京市", "工作"]
    assert lac.tag_names[int(output.tags[2])] == "LOC-B"
