"""Advertising spliced into a text by whoever broke into the site. It is flagged, never deleted."""

from __future__ import annotations

import re

from etl.clean.edits import FlagAt, Work

_STRONG = re.compile(
    "六合彩|时时彩|北京赛车|百家乐|老虎机|棋牌(?:游戏|平台|娱乐)|博彩(?:平台|公司|网站|网)|体育投注|彩票(?:平台|网站|计划群)|澳门(?:新?葡京|威尼斯人|金沙)"
    "|真人(?:荷官|视讯|娱乐城)|娱乐城|赌博网|赌场(?:网址|平台)|成人(?:视频|电影|网站)|(?:上门|全套)服务.{0,6}(?:微信|电话|QQ)"
    "|代开(?:增值税)?发票|办(?:理)?(?:假证|毕业证书?)|无抵押(?:贷款)?.{0,6}(?:秒|当天)(?:到账|放款)|迷(?:药|香|奸)|(?:加|➕|＋)(?:微信|薇信|威信|V信|QQ)\\s*[:：]?\\s*[A-Za-z0-9_-]{5,}"
)
_WEAK = re.compile(
    "注册(?:即|就)?送|送彩金|首存|首充|返水|彩金|开户(?:网址|链接)|下注|投注|赔率|开奖|娱乐(?:平台|官网|网址)|(?:薇|徽|威)信|QQ群?\\s*[:：]?\\s*\\d{6,}"
    "|(?:www|WWW)\\.[a-z0-9-]+\\.(?:vip|top|xyz|win|bet|club|cc)|日赚|月入过万|稳赚|刷单|包过|秒到账|联系客服|加客服|点击(?:领取|进入)|私服|外挂"
)

# One of these stands in whatever the patterns find; looking for them first is ten times as fast.
_CUES = (
    *("合彩", "时彩", "赛车", "百家乐", "老虎机", "棋牌", "彩票", "博彩", "投注", "澳门", "荷官", "视讯", "娱乐", "赌", "成人", "上门"),
    *("全套", "发票", "假证", "毕业证", "贷款", "迷药", "迷香", "迷奸", "微信", "薇信", "威信", "徽信", "V信", "QQ", "册送", "册即送", "册就送", "彩金", "首存", "首充"),
    *("返水", "户网", "户链", "下注", "赔率", "开奖", "www.", "WWW.", "日赚", "入过万", "稳赚", "刷单", "包过", "到账", "客服", "点击", "私服", "外挂"),
)


def spam(work: Work) -> None:
    """Flags each sentence with one unmistakable sign of advertising, or with two different weaker ones."""
    text = work.text
    if not any(cue in text for cue in _CUES):
        return
    sentences: dict[int, tuple[int, set[str], bool]] = {}
    for pattern in (_STRONG, _WEAK):
        for match in pattern.finditer(text):
            start = max(text.rfind(stop, 0, match.start()) for stop in "。！？\n") + 1
            end = min(
                (at for at in (text.find(stop, match.end()) for stop in "。！？\n") if at >= 0), default=len(text)
            )
            _, signs, strong = sentences.get(start, (end, set(), False))
            sentences[start] = (end, signs | {match[0]}, strong or pattern is _STRONG)
    work.flag(
        [
            FlagAt("spam", start, end, 0.95 if strong else 0.8)
            for start, (end, signs, strong) in sentences.items()
            if strong or len(signs) >= 2
        ]
    )
