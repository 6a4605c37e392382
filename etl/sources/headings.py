"""What the headings of tables and the keys of JSON rows mean, in English and Chinese."""

from __future__ import annotations

import functools
import re
import unicodedata

from graph.ontology import Ontology

# Column of a record or document: headings, each as it stands after `normalise`.
_COLUMNS: dict[str, str] = {
    "id": "id uid identifier code 编号 代码 编码 成果编号 项目编号 需求编号 平台编号 登记号 统一社会信用代码",
    "type": "type kind category entitytype 类型 类别 实体类型 机构类型 平台类型 单位类型 机构类别 平台类别 主体类型",
    "name": "name label 名称 全称 中文名 中文名称 项目名称 成果名称 技术名称 需求名称 平台名称 机构名称 单位名称 企业名称 公司名称 基地名称"
    " 中心名称 实验室名称 园区名称 基金名称 高校名称 学校名称 院所名称 孵化器名称 联盟名称 产品名称 政策名称 文件名称 集群名称 产业链名称"
    " 需求标题 技术需求名称 中试基地名称 中试平台名称 概念验证中心名称 创新中心名称 载体名称 拟认定名称 入选名单 单位 企业 平台 机构",
    "aliases": "aliases alias aka short shortname abbreviation acronym 别名 简称 又名 曾用名 缩写 英文名 英文名称",
    "owner": "owner holder firm company 所有者 持有单位 成果持有单位 完成单位 成果完成单位 第一完成单位 权利人 专利权人 需求单位 提出单位 发榜单位 需求企业 所属单位 归属单位"
    " 主管单位 主管部门",
    "host": "host operator hostedby 依托单位 运营单位 建设单位 承建单位 承担单位 牵头单位 运营主体 运营机构 建设主体 申报单位 主体单位 管理机构"
    " 管理单位 举办单位 实施单位 支撑单位",
    "region": "region place location city province area 地区 区域 所在地 所在地区 所在城市 所属地区 城市 省份 省市 省 市 属地 所在区域 注册地 注册地址"
    " 地址 所在市 所在区 所在区县 区县 市州 地市 盟市 建设地点 归属地",
    "fields": "fields field domain domains technology 领域 技术领域 所属领域 行业 所属行业 产业 产业领域 重点领域 方向 研究方向 服务领域 主攻方向 关键词"
    " 关键字 所属产业 行业领域 技术方向 服务方向 专业领域 重点方向 产业方向 主导产业",
    "stage": "stage stagewanted phase trl 目标阶段 成熟程度 转化情况 阶段 所处阶段 成果阶段 成熟度 技术成熟度 转化阶段 发展阶段 所属环节 环节",
    "text": "text content body description abstract summary 正文 内容 文本 全文 简介 描述 介绍 成果简介 项目简介 需求描述 需求内容 技术需求描述 主要内容"
    " 服务内容 能力 服务能力 摘要 概述 说明 成果介绍 企业简介 平台简介 主要功能 建设内容 capacity need",
    "title": "title headline 标题 题目 题名 文章标题 新闻标题",
    "date": "date published publishedat time year 日期 时间 发布时间 发布日期 成立时间 成立日期 认定时间 认定年份 年份 年度 批准时间 发文日期 登记时间"
    " 建设时间 认定日期",
    "source": "source url link 来源 出处 链接 网址 数据来源 原文链接 信息来源",
}
_IGNORED = frozenset(
    [
        "序号",
        "序",
        "no",
        "number",
        "index",
        "#",
        "排名",
        "名次",
        "备注",
        "remark",
        "remarks",
        "note",
        "notes",
        "联系人",
        "联系电话",
        "联系方式",
        "电话",
        "邮箱",
        "邮编",
        "传真",
    ]
)
_FIELD_OF = {heading: column for column, names in _COLUMNS.items() for heading in names.split()}
_BRACKET = re.compile(r"[(（【\[].*?[)）】\]]")

# Words for a type besides its name and 中文名 in the ontology; a type the ontology lacks is not offered.
_TYPE_WORDS: dict[str, str] = {
    "University": "大学 高等院校 高等学校 学校 college 院校",
    "ResearchInstitute": "研究所 研究院 科研机构 科研单位 新型研发机构 院所 institute",
    "NationalLab": "全国重点实验室 国家重点实验室 nationallaboratory",
    "Laboratory": "实验室 重点实验室 省重点实验室 lab 联合实验室",
    "Firm": "企业 公司 厂商 company enterprise business 高新技术企业 链主企业 专精特新企业 上市公司 科技型企业 startup",
    "Park": "园区 高新区 科技园 开发区 产业园 产业园区 经开区 sciencepark",
    "Fund": "基金 产业基金 投资基金 引导基金",
    "GovernmentBody": "政府部门 政府 部门 委办局 government agency",
    "ConceptVerificationCenter": "概念验证 概念验证平台 proofofconceptcenter proofofconceptcentre poc 概念验证中心平台",
    "PilotBase": "中试基地 中试平台 中试 中试熟化平台 中试线 中试熟化基地 pilotplant pilotplatform pilot",
    "Incubator": "孵化器 众创空间 加速器 accelerator 科技企业孵化器 孵化载体",
    "TechTransferOrg": "技术转移机构 技术转移中心 成果转化机构 技术交易市场 techtransfer technologytransferoffice tto",
    "InnovationCenter": "创新中心 技术创新中心 制造业创新中心 产业创新中心 工程研究中心 工程技术研究中心 innovationcentre",
    "Alliance": "联盟 协会 学会 商会 association consortium 产业联盟",
    "Technology": "技术 领域 技术领域 field 关键技术",
    "Product": "产品 主导产品",
    "IndustryChain": "产业链 chain",
    "IndustryCluster": "产业集群 集群 cluster",
    "Achievement": "成果 科技成果 技术成果 科研成果 专利 result patent",
    "Demand": "需求 技术需求 企业需求 技术难题 揭榜挂帅 need challenge 榜单",
    "Project": "项目 工程 重点项目 科技项目 产业化项目",
    "Policy": "政策 政策文件 文件 规划",
    "Region": "地区 区域 城市",
}
# Types whose names are any words, so that how a name ends tells nothing.
FREELY_NAMED = frozenset({"Achievement", "Demand", "Project", "Policy", "Product", "Technology"})
_STAGE_WORDS: dict[str, str] = {
    "research": "研究 研发 基础研究 应用研究 实验室阶段 实验室 实验室验证 研究阶段 研发阶段 lab 小试前 原理验证",
    "concept_verification": "概念验证 概念验证阶段 poc proofofconcept 样机 原型 小试 小试阶段 样机阶段",
    "pilot": "中试 中试阶段 中试熟化 小批量 试生产 试制 中试验证 小批量试制 工程化",
    "industrialization": "产业化 产业化阶段 量产 批量生产 规模化生产 规模化 转化应用 已转化 示范应用 产业化应用 massproduction",
    "industrial_chain": "产业链 成链 链式应用 产业集聚",
}
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code - 0xFEE0).isalnum()}


def normalise(heading: object) -> str:
    """A heading without blanks, brackets and case."""
    text = unicodedata.normalize("NFKC", str(heading or "")).casefold()
    text = _BRACKET.sub("", text)
    return re.sub(r"[\s_\-:：*、/·.]+", "", text)


def half_width(text: str) -> str:
    """Full-width letters and digits as half-width ones; punctuation stays."""
    return text.translate(_FULL_WIDTH)


def is_heading(text: str) -> bool:
    """Whether a text is one of the known headings, word for word."""
    key = normalise(text)
    return key in _FIELD_OF or key in _IGNORED


@functools.lru_cache(maxsize=4_000)
def column_of(heading: str) -> str:
    """The column a heading stands for, ``"-"`` for one to pass over, ``""`` for one that is unknown."""
    key = normalise(heading)
    if key in _FIELD_OF:
        return _FIELD_OF[key]
    if key in _IGNORED:
        return "-"
    if re.search("[\u4e00-\u9fff]", key) and len(key) <= 14:
        # 拟建设地区 -> 地区: the longest known heading of two characters or more that ends this one
        for start in range(1, len(key) - 1):
            if key[start:] in _FIELD_OF:
                return _FIELD_OF[key[start:]]
    return ""


@functools.lru_cache(maxsize=16)
def _type_words(names: tuple[tuple[str, str], ...]) -> dict[str, str]:
    known = {name for name, _ in names}
    found = {normalise(w): name for name, words in _TYPE_WORDS.items() if name in known for w in words.split()}
    found |= {normalise(zh): name for name, zh in names} | {normalise(name): name for name in known}
    return found


def type_of(word: str, ontology: Ontology) -> str:
    """The entity type that a word names: its name, its 中文名 or a common synonym; ``""`` if none."""
    words = _type_words(tuple((name, t.zh) for name, t in ontology.entity_types.items()))
    key = normalise(word)
    return words.get(key, "") or words.get(
        re.sub("^(?:国家级|省级|市级|省|市|国家)|(?:名单|一览表|清单|汇总表|表|库|list)$", "", key), ""
    )


def type_of_name_heading(heading: str, ontology: Ontology) -> str:
    """The type that a heading such as 中试基地名称 or 企业名称 tells; ``""`` for a bare 名称."""
    return type_of(re.sub("(?:名称|名单|全称|标题|name)$", "", normalise(heading)), ontology)


def type_of_name(name: str, ontology: Ontology) -> str:
    """The type whose longest head ends a name (…中试基地); ``""`` if none does."""
    bare = re.sub(r"[(（][^()（）]*[)）]$", "", name.strip())
    heads = ((head, t.name) for t in ontology.entity_types.values() for head in t.heads)
    return max(((len(head), kind) for head, kind in heads if bare.endswith(head)), default=(0, ""))[1]


def type_in_title(title: str, ontology: Ontology) -> str:
    """The type that a table's title, sheet or file name speaks of (2024年省级中试平台名单); ``""`` if none."""
    words = _type_words(tuple((name, t.zh) for name, t in ontology.entity_types.items()))
    key = normalise(title)
    found = (
        (key.rfind(w) + len(w), len(w), t) for w, t in words.items() if len(w) >= (6 if w.isascii() else 2) and w in key
    )
    return max(found, default=(0, 0, ""))[2]


def stage_of(word: str, ontology: Ontology) -> str:
    """The stage that a word names; ``""`` if none does."""
    key = normalise(word)
    for stage in ontology.stages.values():
        if key in (normalise(stage.name), normalise(stage.zh)):
            return stage.name
    for name, words in _STAGE_WORDS.items():
        if name in ontology.stages and key in map(normalise, words.split()):
            return name
    return ""
