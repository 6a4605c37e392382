"""Near-duplicates."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from etl.clean.duplicates import THRESHOLD, bands, fingerprint, significant, similarity

NOTICE = (
    "近日，滨海市科学技术局公布首批概念验证中心名单，滨海大学氢能概念验证中心等三家机构入选，聚焦氢能、合成生物制造和智能传感等方向，"
    "推动更多科技成果落地转化，服务本市产业链上下游企业。"
)
OTHER = "某省召开春耕备耕现场会，部署农资供应、农机检修和田间管理工作，要求各地抢抓农时，做好病虫害防治，确保粮食播种面积稳定。"


def test_a_version_with_other_words_is_the_same_notice() -> None:
    changed = fingerprint("据滨海日报　" + NOTICE.replace("合成生物制造", "合成橡胶"))
    assert similarity(fingerprint(NOTICE), changed) >= THRESHOLD
    assert set(bands(fingerprint(NOTICE))) & set(bands(changed))
    assert similarity(fingerprint(NOTICE), fingerprint(OTHER)) < 0.1
    assert not set(bands(fingerprint(NOTICE))) & set(bands(fingerprint(OTHER)))


def test_punctuation_width_and_case_make_no_difference() -> None:
    assert fingerprint(NOTICE + "PEM") == fingerprint(NOTICE.replace("，", ", ") + "（pem）")
    assert significant("《办法》（PEM）_1。") == "办法pem1"


def test_short_texts_are_duplicates_only_if_equal() -> None:
    base = fingerprint("滨海中试基地")
    assert fingerprint("滨海中试基地。") == base
    assert bands(base) == [base]
    assert similarity(base, fingerprint("滨海中试平台")) == 0.0
    assert similarity(base, fingerprint(NOTICE)) == similarity(fingerprint(NOTICE), base) == 0.0


@pytest.mark.parametrize("text", ["", "。，！"])
def test_a_text_without_a_character_is_like_no_other(text: str) -> None:
    assert fingerprint(text) == ""
    assert bands("") == []
    assert similarity("", fingerprint(NOTICE)) == 0.0


def test_similarity_estimates_the_share_of_common_shingles() -> None:
    rng = np.random.default_rng(7)
    letters = [chr(0x4E00 + int(n)) for n in rng.integers(0, 3000, 1200)]
    one = "".join(letters)
    for kept in (300, 600, 900, 1100):
        other = one[:kept] + "".join(chr(0x6E00 + int(n)) for n in rng.integers(0, 3000, 1200 - kept))
        first, second = ({text[i : i + 4] for i in range(len(text) - 3)} for text in (one, other))
        assert similarity(fingerprint(one), fingerprint(other)) == pytest.approx(
            len(first & second) / len(first | second), abs=0.13
        )


def test_a_fingerprint_is_the_same_tomorrow() -> None:
    """Fingerprints are stored: another one for the same text would part old documents from new ones."""
    found = fingerprint(NOTICE)
    assert len(found) == 684
    assert hashlib.sha256(found.encode()).hexdigest()[:16] == "5c2663ba296815c6"
    assert len(bands(found)) == 25
    assert bands(found) == sorted(bands(found))
