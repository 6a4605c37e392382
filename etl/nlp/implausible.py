"""What a reader may take for an entity and is none: people, numbers of documents, newspapers, lists read as one, kinds of platforms."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from etl.nlp.view import SpanMention

_HAN = "\u4e00-\u9fff"
# The commonest surnames; a word that starts with one and that LAC takes for a person is one.
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂柴焦向"
    "柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋甘景薄单包司柏宁柯阮桂闵解"
)
_PERSON = re.compile(f"(?:[{SURNAMES}]|欧阳|上官|司马|诸葛|司徒|皇甫)[{_HAN}·]{{0,2}}[^\\W投资院所部局厅委团社]")
_DOCUMENT_NUMBER = re.compile(
    rf"(?:[{_HAN}]{{2,14}})?[〔［\[（(]\s*(?:19|20)\d\d\s*[〕］\]）)]\s*第?\s*[\d某]{{1,5}}\s*号"
)
_MEDIUM = re.compile(
    rf"[{_HAN}]{{0,3}}(?:日报|晚报|商报|早报|导报|时报|晨报|快报|都市报|教育报|科技报|电视台)|网(?:讯|[ 　]*[（(]|(?:[{_HAN}]{{2,4}})?\d)"
)
_WEBSITE = re.compile("(?:新闻|中新|人民|新华|央视|光明|中国)网$|(?:新华|中新)社?$")
_QUOTED = re.compile(r"[《「“‘〈\"]")
POLICY_HEAD = re.compile(
    r"(?:规划|纲要|方案|办法|意见|措施|通知|条例|计划|细则|法|指引|指南|规定|决定|政策|标准|清单|目录|协议|若干|条|公告|报告|行动|导则|章程|"
    r"规范|名单|倡议|宣言|制度)[”\"』]?(?:[（(].*[）)])?$"
)
_LIST = re.compile(r"[（(“《\"].*、.*[）)”》\"]")
_COUNTED = re.compile(rf"(?:\d+|[一二三四五六七八九十两]+)[支只家个项所座][{_HAN}]{{0,4}}$")
_BEFORE = {"Target": re.compile(r"将|达到?|已|后(?=年)|产(?=产值)"), "ResearchInstitute": re.compile(r"暨(?!南)")}
_SUM = r"(?:超过|超|近|约|逾|不低于|不少于|不超过|高于)?[\d.,]+(?:多|余)?(?:百|千|万|亿|百万|千万|万亿)?(?:多|余)?(?:元|美元|欧元|港元|人民币)(?:人民币)?(?:以上|以下|左右)?"
# A sum that stands alone, or with what is invested, is Money; with what is sold or produced, a Target.
_MONEY = re.compile(
    rf"(?:[{_HAN}]{{0,4}}(?:总?投资(?:总?额)?|总规模|意向金额|悬赏金额|签约金额|融资额?)(?:合计|共计|达到?)?)?({_SUM})"
)
_ACROSS = re.compile(r"[^\d]*的(?=[^\d的]*\d)")
# Words that tell a kind of platform or fund (科技成果转化基金, 示范性概念验证中心) and not which one.
_KIND = (
    "国家级|省级|市级|区级|校级|一流|高水平|高能级|综合性?|专业化?|示范性?|特色|新型|公共|开放|高校|院校|院所|科研|科创|科技型?|技术|成果|转移|转化|概念|验证|"
    "创新|创业|产业|投资|引导|母|子|直投|创投|风投|天使|种子|股权|风险|政府|专项|合作|联合|协同|发展|服务|早期|硬|中小|企业|孵化|颠覆性|前沿|重大|重点|市场化|"
    "政策性|大学|中试|熟化|小试|试验|工程化?|行业|共性|关键|研发|测试|检测|制造业|新兴|战略性|和|与|及|一站式"
)
_GENERIC = re.compile(
    f"(?:{_KIND})*(?:基金|中心|平台|基地|中试线|孵化器|众创空间|加速器|交易市场|实验室|产业园区?|园区|科技园|高新区|开发区|研究院|联盟|集群|产业链|机构)"
)
_OF_KINDS = {
    "Fund", "ConceptVerificationCenter", "PilotBase", "Incubator", "TechTransferOrg", "InnovationCenter", "Laboratory", "NationalLab",
    "Park", "Alliance", "IndustryCluster", "IndustryChain", "ResearchInstitute",
}  # fmt: skip
_PARTY = re.compile("[省市县区州]委$")  # 甲市委书记: the city
_DEED = re.compile("加快|推动|着力")  # 某市加快建设概念验证中心 is no name
_NAMES_OF_MANY = {"Fund", "Park", "IndustryCluster", "Alliance", "Incubator", "PilotBase", "GovernmentBody", "Firm"}


def is_person(word: str) -> bool:
    """Whether a word that was tagged as a person looks like a Chinese person's name."""
    return bool(_PERSON.fullmatch(word))


def is_generic(name: str, entity_type: str) -> bool:
    """Whether a name tells only what kind of platform, fund or park is meant."""
    return entity_type in _OF_KINDS and bool(_GENERIC.fullmatch(name))


def plausible(text: str, spans: Sequence[SpanMention]) -> list[SpanMention]:
    """The spans without those that cannot be an entity, and without what cannot belong to one at its ends."""
    numbers = [number.span() for number in _DOCUMENT_NUMBER.finditer(text)]
    kept = []
    for span in spans:
        if any(start < span.end and span.start < end for start, end in numbers) or _refused(text, span):
            continue
        if span.type == "Target" and (across := _ACROSS.match(span.name)):
            span = _cut(text, span, span.start + across.end(), span.end)
        if span.type == "Target" and (money := _MONEY.fullmatch(span.name)):
            span = dataclasses.replace(_cut(text, span, span.start + money.start(1), span.end), type="Money")
        if (before := _BEFORE.get(span.type)) and (lead := before.match(span.name)):
            span = _cut(text, span, span.start + lead.end(), span.end)
        if span.type == "Region" and _PARTY.search(span.name):
            span = _cut(text, span, span.start, span.end - 1)
        if span.type in _NAMES_OF_MANY and (counted := _COUNTED.search(span.name)) and counted.start() > 2:
            span = _cut(text, span, span.start, span.start + counted.start())
        kept.append(span)
    return kept


def _refused(text: str, span: SpanMention) -> bool:
    if span.type in {"Region", "Firm"} and (_MEDIUM.match(text, span.end) or _WEBSITE.search(span.name)):
        return True  # 赣州晚报, 中国教育报, 中新网大连1月4日电
    if span.type in _OF_KINDS and _DEED.search(span.name):
        return True
    if span.type == "Policy" and re.search(f"[{_HAN}]", span.name) and not _QUOTED.match(span.name):
        return not POLICY_HEAD.search(span.name)  # 国务院关于加快…的决策部署
    return span.type in _NAMES_OF_MANY and "、" in span.name and not _LIST.search(span.name)


def _cut(text: str, span: SpanMention, start: int, end: int) -> SpanMention:
    return dataclasses.replace(span, start=start, end=end, name=text[start:end])
