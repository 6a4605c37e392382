"""Lines of a web page that are not its text: sharing, editors, navigation, counters, imprint."""

from __future__ import annotations

import re
from collections.abc import Iterator

from etl.clean.edits import Edit, FlagAt, Work

_LONGEST = 120
_LINE = re.compile(
    r"""^[ \t\u3000【\[（(]*(?:
      分享(?:到|至|本文|让更多人看到)[:：]?.{0,60}
    | 分享[:：]?(?:\s*(?:微信|微博|QQ空间|QQ|朋友圈|腾讯微博|新浪微博|人人网))*
    | (?:微信)?扫(?:一扫|描)[^，。]{0,30}(?:二维码|分享|关注|手机).{0,20}
    | (?:责任|本文|值班|本期|执行|见习|网络|实习)?(?:编辑|编审|校对|审核|责编|初审|复审|终审|监制)\s*[:：]\s*[^，。；]{0,30}
    | (?:文章|信息|稿件|新闻)?来源\s*[:：]\s*[^，。；]{1,60}
    | (?:发布|更新|发稿|编辑|时间|日期)(?:时间|日期)?\s*[:：]\s*\d{4}[-年/.]\d{1,2}[-月/.]\d{1,2}日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?(?:\s.{0,60})?
    | (?:您)?(?:当前|现在|所在)(?:的)?位置\s*[:：]?.{0,80}
    | (?:网站)?首页(?:\s*[>»›|｜/·-]\s*[^，。；]{1,20})+
    | (?:上|下)一[篇条页]\s*[:：]?.{0,60}
    | (?:浏览|阅读|点击|访问)(?:次数|数|量|人数)?\s*[:：]\s*\d*\s*次?
    | (?:字体|字号)\s*[:：]?\s*[\[【]?\s*(?:大|小|中)[\s|/】\]【\[]*(?:大|小|中)[\s|/】\]【\[]*(?:大|小|中)?.{0,20}
    | 打印(?:本页|此页|文章)?[】\]]?[\s|｜/【\[]*(?:关闭(?:窗口|本页|页面)?|收藏)?
    | 关闭(?:窗口|本页|页面)
    | 返回(?:顶部|首页|列表|上一页)
    | (?:相关|热门|推荐|延伸)(?:链接|新闻|阅读|文章|推荐|稿件|附件下载)\s*[:：]?
    | 版权所有.{0,80} | Copyright\s*(?:©|\(c\)|\d).{0,80}
    | .{0,10}ICP备\d+号.{0,40} | .{0,10}公网安备\s*\d+号?.{0,30}
    | (?:主办|承办|技术支持|网站标识码|备案序号)\s*[:：]\s*[^，。；]{1,40}(?:网站标识码.{0,20}|主办|承办)
    | 网站地图.{0,60} | 联系我们(?:[\s|｜].{0,60})? | 设为首页.{0,30} | 加入收藏.{0,30}
    | 收藏本(?:站|页).{0,20} | 我要纠错.{0,20} | 无障碍(?:浏览|阅读)?(?:[\s|｜].{0,30})?
    | 点击(?:查看|阅读|下载)(?:原文|全文|更多).{0,10} | 阅读原文 | 展开全文 | 查看更多
    | (?:登录|注册)(?:\s*[|｜/]\s*(?:登录|注册))+
    )[ \t\u3000】\])）]*$""",
    re.MULTILINE | re.VERBOSE,
)
_CUE = re.compile(
    "分享|扫|编辑|编审|校对|审核|责编|初审|复审|终审|监制|来源|发布|更新|发稿|时间|日期|位置|首页|一[篇条页]|次数|浏览|阅读|点击|字体|字号"
    "|打印|关闭|返回|链接|相关|热门|推荐|版权|Copyright|ICP备|公网安备|网站|联系我们|收藏|纠错|无障碍|全文|更多|登录|注册|访问"
)


_PAGE_LINES = 5


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the boilerplate lines; only lines with one of their words are matched against the long pattern."""
    done = -1
    for cue in _CUE.finditer(text):
        if cue.start() <= done:
            continue
        start = text.rfind("\n", 0, cue.start()) + 1
        end = text.find("\n", cue.end())
        done = end = len(text) if end < 0 else end
        if end - start <= _LONGEST and _LINE.match(text[start:end]):
            yield start, end


def boilerplate(work: Work) -> None:
    """Deletes boilerplate lines where the text is a page copied whole; elsewhere it flags them.

    A page copied whole has five such lines or left HTML behind. One 来源 line over an article may be part of it, and a
    reader of flags can still pass over it. Never every line is deleted: then the text is about such things.
    """
    text = work.text
    if text.count("\n") < _PAGE_LINES and "html" not in work.kinds:
        return
    found = list(_lines(text))
    covered = sum(end - start for start, end in found)
    if covered < len(text.strip()) - len(found) and (len(found) >= _PAGE_LINES or (found and "html" in work.kinds)):
        work.apply("boilerplate", _deletions(found, len(text)))


def _deletions(lines: list[tuple[int, int]], length: int) -> list[Edit]:
    """Deletes each line with its line end; lines at the end of the text go with the line end before them."""
    edits = [Edit(start, min(end + 1, length), "", 0.9) for start, end in lines]
    if edits and edits[-1].end == length:
        first = len(edits) - 1
        while first and edits[first - 1].end == edits[first].start:
            first -= 1
        start = edits[first].start
        edits[first] = edits[first]._replace(start=max(start - 1, 0))
    return edits


def flag_boilerplate(work: Work) -> None:
    """Flags the boilerplate lines that are left."""
    work.flag([FlagAt("boilerplate", start, end, 0.7) for start, end in _lines(work.text)])
