"""Cheaper dropout does what torch's does. Needs torch, which comes with the extra `training`."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch comes with the extra `training`")
from training.arithmetic import dropout  # noqa: E402


def test_a_share_is_left_out_and_the_rest_makes_up_for_it() -> None:
    torch.manual_seed(1)
    x = torch.ones(200, 300)
    out = dropout(x, 0.3, True)
    assert out.unique().tolist() == pytest.approx([0, 1 / 0.7])
    assert (out == 0).float().mean().item() == pytest.approx(0.3, abs=0.01)
    assert out.mean().item() == pytest.approx(1, abs=0.01)


def test_nothing_is_left_out_of_a_network_in_use() -> None:
    x = torch.ones(5)
    assert dropout(x, 0.9, False) is x
