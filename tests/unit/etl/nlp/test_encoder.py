import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.nlp.e5 import Encoder, windows
from etl.nlp.reader import MODELS
from graph.e5 import WIDTH, load_pieces
from graph.errors import ConfigError

ENCODER = MODELS / "best" / "encoder.onnx"


@given(st.integers(1, 5000))
def test_windows_cover_all_pieces_and_overlap(count: int) -> None:
    spans = windows(count)
    assert spans[0][0] == 0
    assert spans[-1][1] == count
    assert all(0 < end - start <= 480 for start, end in spans)
    assert all(after[0] <= before[1] - 90 for before, after in itertools.pairwise(spans))


@given(st.text(max_size=120))
def test_every_character_belongs_to_a_piece_and_pieces_come_in_order(text: str) -> None:
    numbers, owner = load_pieces()(text)
    assert len(owner) == len(text)
    assert len(numbers) >= 1
    assert np.all(np.diff(owner) >= 0)
    assert text == "" or 0 <= owner.min() <= owner.max() < len(numbers)


def test_states_stand_for_pieces_whatever_the_length_of_the_text() -> None:
    encoder = Encoder(ENCODER)
    short, owner = encoder("海南大学与三亚深蓝装备有限公司合作。")
    assert short.shape == (owner.max() + 1, 3 * WIDTH)
    long, _ = encoder("海南大学与三亚深蓝装备有限公司合作。" * 80)
    assert np.isfinite(long).all()
    assert np.allclose(encoder("海南大学与三亚深蓝装备有限公司合作。")[0], short)


def test_missing_layers_are_named_with_the_remedy(tmp_path) -> None:
    with pytest.raises(ConfigError, match="INNOGRAPH_READER=fast"):
        Encoder(tmp_path / "encoder.onnx")
