"""Makes the sample files beside this script, one of each format that is read, with the libraries people use for them.

Usage: python tests/data/make_files.py  (needs python-docx, openpyxl, reportlab and pillow; the results are committed)

What the files say is made up.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
TITLE = "滨海市公布首批概念验证中心名单"
PARAGRAPHS = (
    "近日，滨海市科学技术局公布首批概念验证中心名单，滨海大学氢能概念验证中心等三家机构入选。按照《滨海市概念验证中心管理办法》，"
    "入选机构每年完成验证项目不少于二十项，由市科技局组织评估，评估结果作为后续支持的依据。",
    "滨海大学氢能概念验证中心由滨海大学牵头建设，聚焦质子交换膜和电解槽。中心与临港中试基地签订合作协议，通过验证的项目优先进入基地"
    "开展中试熟化，成熟后在滨海高新区落地产业化。",
    "市科技局有关负责人表示，下一步将打通概念验证、中试、产业化全链条，推动更多科技成果落地转化。",
)
TABLE = (
    ("序号", "概念验证中心名称", "依托单位", "所在地区", "技术领域", "认定时间"),
    ("1", "滨海大学氢能概念验证中心", "滨海大学", "滨海市高新区", "氢能、质子交换膜", "2024年5月6日"),
    ("2", "滨海生物制造概念验证中心", "滨海生物技术研究院", "滨海市临港区", "合成生物制造", "2024年5月6日"),
    ("3", "滨海智能传感概念验证中心", "滨海传感科技有限公司", "滨海市经开区", "智能传感器", "２０２４年６月１日"),
)
PAGE = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="{charset}"><title>{title}-滨海市科学技术局网</title>
<meta name="PubDate" content="2024-05-06 10:21"></head>
<body><nav><ul><li><a href="/">首页</a></li><li><a href="/xw">新闻中心</a></li><li><a href="/zc">政策法规</a></li></ul></nav>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; 新闻中心 &gt; 正文</div>
<article><h1>{title}</h1><p class="meta">发布时间：2024-05-06 10:21　来源：滨海日报</p>
{paragraphs}
<table><caption>首批概念验证中心名单</caption>{rows}</table></article>
<aside><h3>相关链接</h3><ul><li><a href="/a1">某市召开春季植树动员会</a></li><li><a href="/a2">某局开展消防演练</a></li></ul></aside>
<footer>版权所有 滨海市科学技术局 滨ICP备00000000号 网站地图</footer></body></html>
"""


def page(charset: str) -> str:
    """The page as HTML that declares a charset."""
    paragraphs = "\n".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in TABLE)
    return PAGE.format(charset=charset, title=TITLE, paragraphs=paragraphs, rows=rows)


def texts() -> None:
    """Plain text in each encoding, Markdown, HTML true and lying, JSON lines, CSV."""
    text = TITLE + "\n\n" + "\n".join(PARAGRAPHS) + "\n"
    for name, encoding in (
        ("utf8", "utf-8"),
        ("utf8-bom", "utf-8-sig"),
        ("utf16", "utf-16"),
        ("utf16le-no-bom", "utf-16-le"),
        ("gbk", "gbk"),
        ("gb18030", "gb18030"),
    ):
        (HERE / f"notice-{name}.txt").write_bytes(text.encode(encoding))
    import opencc

    (HERE / "notice-big5.txt").write_bytes(opencc.OpenCC("s2tw").convert(text).encode("big5"))
    heading = f"---\ntitle: {TITLE}\ndate: 2024-05-06\n---\n\n# {TITLE}\n\n"
    table = "\n".join("| " + " | ".join(row) + " |" for row in (TABLE[0], ("---",) * 6, *TABLE[1:]))
    body = "\n\n".join(PARAGRAPHS).replace("滨海大学氢能概念验证中心等", "**滨海大学氢能概念验证中心**等", 1)
    (HERE / "notice.md").write_text(f"{heading}{body}\n\n## 名单\n\n{table}\n", "utf-8")
    (HERE / "notice.html").write_bytes(page("utf-8").encode())
    (HERE / "notice-lying.html").write_bytes(page("utf-8").encode("gb18030"))
    lines: list[object] = [
        {"id": "n1", "text": text, "title": TITLE, "date": "2024-05-06", "source": "滨海日报"},
        {
            "type": "PilotBase",
            "id": "r1",
            "name": "临港中试基地",
            "region": "滨海市临港区",
            "fields": ["氢能"],
            "stage": "中试",
        },
        {
            "类型": "企业",
            "名称": "滨海传感科技有限公司",
            "地区": "滨海市",
            "领域": "智能传感器、工业互联网",
            "简称": "滨海传感",
        },
    ]
    rows = [json.dumps(line, ensure_ascii=False) for line in lines]
    (HERE / "mixed.jsonl").write_text("\n".join([*rows[:2], "{not json", rows[2]]) + "\n", "utf-8")
    csv = "\r\n".join(
        ",".join(f'"{c}"' if "、" in c else c for c in row)
        for row in (("滨海市首批概念验证中心名单",) + ("",) * 5, *TABLE)
    )
    (HERE / "centres-gbk.csv").write_bytes(csv.encode("gbk"))
    documents = f'title,text,date\n{TITLE},"{PARAGRAPHS[0]}",2024-05-06\n'
    (HERE / "documents.csv").write_text(documents, "utf-8")


def docx_file() -> None:
    """A DOCX file with a title, a list and a table."""
    import docx

    document = docx.Document()
    document.add_heading(TITLE, level=1)
    for paragraph in PARAGRAPHS:
        document.add_paragraph(paragraph)
    document.add_paragraph("组织申报。", style="List Number")
    document.add_paragraph("专家评审。", style="List Number")
    document.add_paragraph("首批概念验证中心名单")
    table = document.add_table(rows=0, cols=len(TABLE[0]))
    for row in TABLE:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(str(HERE / "notice.docx"))


def xlsx_file() -> None:
    """An XLSX file with a merged caption, a merged region and a second sheet of demands."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "概念验证中心"
    sheet.append(["滨海市首批概念验证中心名单"])
    sheet.merge_cells("A1:F1")
    for row in TABLE:
        sheet.append(list(row))
    sheet["D3"] = "滨海市"
    sheet["D4"] = None
    sheet.merge_cells("D3:D4")
    demands = book.create_sheet("技术需求")
    demands.append(["需求编号", "需求名称", "需求单位", "地区", "所属领域", "需求描述", "目标阶段"])
    demands.append(
        ["XQ-01", "低铂催化剂批量制备", "滨海氢动力有限公司", "滨海市", "氢能", "铂载量降至每千瓦0.2克以下。", "中试"]
    )
    book.save(HERE / "centres.xlsx")


def pdf_files() -> None:
    """A PDF of two pages with head, foot and table; one in two columns; one scanned."""
    from PIL import Image
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    width, height = A4

    def wrapped(text: str, size: int) -> list[str]:
        return [text[i : i + size] for i in range(0, len(text), size)]

    out = canvas.Canvas(str(HERE / "notice.pdf"), pagesize=A4, invariant=1)
    out.setTitle(TITLE)

    def frame(number: int) -> None:
        out.setFont("STSong-Light", 9)
        out.drawString(72, height - 40, "滨海市科学技术局文件")
        out.drawCentredString(width / 2, 30, f"— {number} —")

    frame(1)
    out.setFont("STSong-Light", 18)
    out.drawCentredString(width / 2, height - 90, TITLE)
    y = height - 130
    out.setFont("STSong-Light", 12)
    for paragraph in PARAGRAPHS:
        for line in wrapped("　　" + paragraph, 37):
            out.drawString(72, y, line)
            y -= 20
    out.showPage()
    frame(2)
    out.setFont("STSong-Light", 9)
    top = height - 100
    widths = (26, 126, 110, 70, 84, 84)
    for r, row in enumerate(TABLE):
        x = 50
        for text, w in zip(row, widths, strict=True):
            out.rect(x, top - 18 * (r + 1), w, 18)
            out.drawString(x + 3, top - 18 * (r + 1) + 5, text)
            x += w
    out.showPage()
    out.save()

    out = canvas.Canvas(str(HERE / "columns.pdf"), pagesize=A4, invariant=1)
    out.setFont("STSong-Light", 11)
    for column, paragraph in enumerate((PARAGRAPHS[0] + PARAGRAPHS[2], PARAGRAPHS[1] * 2)):
        for row, line in enumerate(wrapped(paragraph, 20)):
            out.drawString(60 + column * 250, height - 100 - 18 * row, line)
    out.save()

    picture = Image.new("L", (300, 400), 255)
    for x in range(40, 260):
        for y in range(60, 340, 20):
            picture.putpixel((x, y), 0)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    stream.seek(0)
    from reportlab.lib.utils import ImageReader

    out = canvas.Canvas(str(HERE / "scanned.pdf"), pagesize=A4, invariant=1)
    out.drawImage(ImageReader(stream), 50, 100, 400, 600)
    out.save()


class GbkName(zipfile.ZipInfo):
    """A member whose name is written in GBK without the UTF-8 mark, as Chinese Windows does."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits


def zip_file() -> None:
    """A ZIP file with a text, a table and a picture, which is not read."""
    with zipfile.ZipFile(HERE / "bundle.zip", "w", zipfile.ZIP_DEFLATED) as package:
        for name, source in (("通知.txt", "notice-gbk.txt"), ("名单.csv", "centres-gbk.csv")):
            package.writestr(GbkName(name, (2024, 5, 6, 0, 0, 0)), (HERE / source).read_bytes())
        package.writestr(zipfile.ZipInfo("photo.png", (2024, 5, 6, 0, 0, 0)), b"\x89PNG\r\n\x1a\n" + bytes(40))


if __name__ == "__main__":
    texts()
    docx_file()
    xlsx_file()
    pdf_files()
    zip_file()
