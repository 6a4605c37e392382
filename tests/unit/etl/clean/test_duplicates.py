"""Near-duplicates."""

from __future__ import annotations

from etl.clean.duplicates import DuplicateIndex

NOTICE = (
    "近日，滨海市科学技术局公布首批概念验证中心名单，滨海大学氢能概念验证中心等三家机构入选，聚焦氢能、合成生物制造和智能传感等方向，"
    "推动更多科技成果落地转化，服务本市产业链上下游企业。"
)
OTHER = "某省召开春耕备耕现场会，部署农资供应、农机检修和田间管理工作，要求各地抢抓农时，做好病虫害防治，确保粮食播种面积稳定。"


def test_a_version_with_other_words_is_the_same_notice() -> None:
    index = DuplicateIndex()
    assert index.add("a", NOTICE) is None
    assert index.add("b", OTHER) is None
    assert index.add("c", "据滨海日报　" + NOTICE.replace("合成生物制造", "合成橡胶")) == "a"
    assert len(index) == 2


def test_short_texts_are_duplicates_only_if_equal() -> None:
    index = DuplicateIndex()
    assert index.add("a", "滨海中试基地") is None
    assert index.add("b", "滨海中试基地。") == "a"
    assert index.add("c", "滨海中试平台") is None


def test_the_oldest_is_forgotten() -> None:
    index = DuplicateIndex(capacity=1)
    index.add("a", NOTICE)
    index.add("b", OTHER)
    assert len(index) == 1
    assert index.add("c", NOTICE) is None


def test_an_id_seen_before_is_replaced() -> None:
    index = DuplicateIndex()
    index.add("a", NOTICE)
    assert index.add("a", NOTICE) is None
    index.add("s", "短")
    assert index.add("s", "短") is None
    assert len(index) == 2
