"""Regions: names, codes, what a filter accepts, nearness."""

from __future__ import annotations

import pytest

from graph.errors import InvalidInput
from graph.geography import Geography, accepts, prefix_of

GEOGRAPHY = Geography.load()


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("北京", ("110000",)),
        ("北京市海淀区", ("110000", "110108")),
        ("湖北武汉", ("420000", "420100")),
        ("广东省深圳市南山区", ("440000", "440300", "440305")),
        ("雄安新区", ("130000", "130600", "N001")),
        ("京津冀", ("110000", "120000", "130000", "G001")),
        ("济源", ("410000", "419001")),
        ("Beijing", ("110000",)),
        ("吉林", ("220000",)),
        ("不存在的地方", ()),
        ("鼓楼区", ()),
    ],
)
def test_codes_run_from_the_province_down(name: str, codes: tuple[str, ...]) -> None:
    assert GEOGRAPHY.codes(name) == codes


def test_every_parent_and_member_exists() -> None:
    for place in GEOGRAPHY.places.values():
        assert not place.parent or place.parent in GEOGRAPHY.places
        assert all(member in GEOGRAPHY.places for member in place.members)
    assert len(GEOGRAPHY.provinces()) == 34


def test_every_short_name_of_a_group_is_found() -> None:
    for name in ("长三角", "粤港澳大湾区", "大湾区", "成渝", "川渝", "珠三角", "东北", "长株潭"):
        found = GEOGRAPHY.find(name)
        assert found is not None
        assert found.level == "区域"


def test_new_area_takes_the_members_of_its_own_province() -> None:
    for place in GEOGRAPHY.places.values():
        if place.level == "新区":
            assert {GEOGRAPHY.path(member)[0] for member in place.members} == {place.parent}


@pytest.mark.parametrize(
    ("region", "place", "accepted"),
    [
        ("京津冀", ("130000", "130700"), True),
        ("京津冀", ("310000",), False),
        ("北京", ("110000", "120000", "130000", "G001"), True),
        ("海淀区", ("110000",), False),
        ("河北", ("130000", "130600", "N001"), True),
        ("雄安新区", ("130000", "130600", "N001"), True),
        ("雄安新区", ("130000", "130600"), False),
        ("广州", ("440000", "440100", "440106"), True),
    ],
)
def test_a_filter_accepts_what_lies_in_it(region: str, place: tuple[str, ...], accepted: bool) -> None:
    assert accepts(GEOGRAPHY.members(region), place) is accepted


def test_prefixes_keep_the_digits_that_count() -> None:
    assert [prefix_of(code) for code in ("130000", "130600", "130638", "G001")] == ["13", "1306", "130638", "G001"]


def test_an_ambiguous_region_lists_its_readings() -> None:
    with pytest.raises(InvalidInput, match="江苏省徐州市鼓楼区"):
        GEOGRAPHY.members("鼓楼区")
    assert GEOGRAPHY.codes("南京鼓楼区") == ("320000", "320100", "320106")


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(InvalidInput, match="亚特兰蒂斯"):
        GEOGRAPHY.members("亚特兰蒂斯")


@pytest.mark.parametrize(
    ("one", "other", "nearness"),
    [
        ("北京海淀区", "北京海淀区", 1.0),
        ("深圳", "深圳南山区", 1.0),
        ("深圳", "广州", 0.8),
        ("北京", "石家庄", 0.5),
        ("北京", "广州", 0.0),
        ("北京", "不存在", 0.0),
    ],
)
def test_nearness_falls_with_distance(one: str, other: str, nearness: float) -> None:
    codes = GEOGRAPHY.codes
    assert GEOGRAPHY.nearness(codes(one), codes(other)) == nearness
    assert GEOGRAPHY.nearness(codes(other), codes(one)) == nearness


def test_cooperation_areas_come_smallest_first() -> None:
    assert [area.name for area in GEOGRAPHY.areas(GEOGRAPHY.codes("天津"))] == ["京津冀", "华北地区"]
    assert [area.name for area in GEOGRAPHY.around("G001")] == ["华北地区"]


def test_mentioned_reads_regions_out_of_text() -> None:
    found = GEOGRAPHY.mentioned("京津中关村科技城位于天津市宝坻区，与河北雄安新区共建，服务长三角")
    assert [place.name for place in found] == ["天津市", "宝坻区", "雄安新区", "长江三角洲"]


def test_display_spells_a_place_out() -> None:
    assert GEOGRAPHY.display(("440000", "440300", "440305")) == "广东省深圳市南山区"
    assert GEOGRAPHY.display(("110000", "120000", "130000", "G001")) == "京津冀"
    assert GEOGRAPHY.display(()) == ""
