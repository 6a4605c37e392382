"""Single steps of cleaning, by example."""

from __future__ import annotations

import pytest

from etl.clean import Repair, clean


@pytest.mark.parametrize(
    ("damaged", "expected"),
    [
        ("標志著協同創新邁入新階段", "标志着协同创新迈入新阶段"),
        ("著名大學的專案團隊與衞星公司", "著名大学的专案团队与卫星公司"),
        ("昇騰算力與畢昇編譯器落戶園區", "昇腾算力与毕昇编译器落户园区"),
        ("領(lǐng)導(dǎo)與寶坻(bǎo dǐ)", "领导与宝坻"),
        ("領（ling3）導【dao3】小組會議", "领导小组会议"),
        ("中(zhong)试(shi)基(ji)地(di)", "中试基地"),
        ("标（biāo）准", "标准"),
        ("一，，二、、三；；四，。五。。六", "一，二、三；四。五。六"),
        ("中\u200b试\ufeff基\u00ad地", "中试基地"),
        ("第一行\r\n第二行\r第三行", "第一行\n第二行\n第三行"),
        ("甲&nbsp;乙&amp;nbsp;丙&#12288;丁&lt;", "甲 乙 丙\u3000丁<"),
        ("<p>中试<b>基地</b></p><br/>落成", "\n中试基地\n落成"),
        ("中 试 基 地 建 设", "中试基地建设"),
        ("中*试*基*地*建*设与概念", "中试基地建设与概念"),
        ("æ»¨æµ·å¤§å­¦", "滨海大学"),
        ("±õº£´óÑ§½¨³ÉÖÐÊÔ»ùµØ", "滨海大学建成中试基地"),
        ("滨海大学中试".encode().decode("gb18030"), "滨海大学中试"),
        ("前\ufffd\ufffd\ufffd后", "前\ufffd后"),
        ("前锟斤拷锟斤拷后", "前\ufffd后"),
        ("\uf06c 一、总体要求", " 一、总体要求"),
    ],
)
def test_by_example(damaged: str, expected: str) -> None:
    assert clean(damaged).text == expected


def test_repairs_name_what_stood_there_and_what_stands_there_now() -> None:
    text = "甲領(lǐng)導(dǎo)乙小組會議"
    cleaned = clean(text)
    assert cleaned.text == "甲领导乙小组会议"
    assert list(cleaned.repairs)[:4] == [
        Repair("traditional", 1, 2, "領", "领", 0.99),
        Repair("pinyin", 2, 2, "(lǐng)", "", 0.99),
        Repair("traditional", 2, 3, "導", "导", 0.99),
        Repair("pinyin", 3, 3, "(dǎo)", "", 0.99),
    ]


def test_offsets_lead_back_to_the_same_character() -> None:
    text = "會議\u200b審(shěn)議，，通過《若干措施》\r\n第二行標誌"
    cleaned = clean(text)
    assert cleaned.text == "会议审议，通过《若干措施》\n第二行标志"
    pairs = {"会": "會", "审": "審", "议": "議", "过": "過", "标": "標", "志": "誌", "\n": "\r"}
    for index, ch in enumerate(cleaned.text):
        assert text[cleaned.offsets.original_offset(index)] == pairs.get(ch, ch)
    assert cleaned.offsets.original_offset(len(cleaned.text)) == len(text)


def test_half_width_punctuation_of_a_damaged_text_becomes_full_width() -> None:
    assert clean("會議審議通過措施(以下簡稱《措施》),標誌著新階段,增長51.3%,共1,870家").text == (
        "会议审议通过措施（以下简称《措施》），标志着新阶段，增长51.3%，共1,870家"
    )


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [
        ("來(lái)源證券日?qǐng)?bào)。近日", "来源证券日报。近日"),
        ("“我們?cè)?020年就完成了小試”", "“我们在2020年就完成了小试”"),
        ("“我們?cè)?00家企業(yè)試過(guò)”", "“我们在\ufffd00家企业试过”"),
        ("這是日?abc)?def)的寫(xiě)法", "这是日?abc)?def)的写法"),
    ],
)
def test_a_character_lost_between_two_readings_is_put_back(damaged: str, whole: str) -> None:
    assert clean(damaged).text == whole


def test_a_comma_set_before_every_mark_of_a_damaged_text_goes() -> None:
    assert clean("會議審議通過措施,,研發,、生產,、銷售有序,。").text == "会议审议通过措施，研发、生产、销售有序。"


def test_a_page_copied_whole_loses_its_boilerplate() -> None:
    page = "首页 > 新闻 > 正文\n发布时间：2024-05-06 10:11 来源：本站\n【字体：大 中 小】\n滨海大学建成中试基地。\n分享到：\n责任编辑：王某\n【打印】【关闭】"
    cleaned = clean(page)
    assert cleaned.text == "滨海大学建成中试基地。"
    assert {repair.kind for repair in cleaned.repairs} == {"boilerplate"}


def test_a_mixed_text_is_converted_line_by_line() -> None:
    text = "該中心由濱海大學牽頭建設\n公司以代工著称，总部在滨海市，产品是传感器。"
    assert clean(text).text == "该中心由滨海大学牵头建设\n公司以代工著称，总部在滨海市，产品是传感器。"


def test_what_pinyin_hid_is_found_in_the_same_run() -> None:
    cleaned = clean("\ufffd?領(lǐng)導\x80\x80\x80")
    assert clean(cleaned.text).text == cleaned.text
