"""Makes the cases of the corpus that are not text. Run it in this folder: python3 make_binary.py

Needs openpyxl and xlwt. Their expected files are written by hand like all others."""

import datetime
import io
import zipfile

import openpyxl
import xlwt

PARTS = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
FIGURES = [1, 0, 0, 0, 1, 0, 2, 0, 0, 2, 0, 0, 0, 1, 1]
ROWS = [
    ["填报单位：甲市民政局", None, None, "报告年度：2021年"],
    ["四、政府信息公开行政复议、行政诉讼情况"],
    ["行政复议", None, None, None, None, "行政诉讼"],
    [None] * 5 + ["未经复议直接起诉"] + [None] * 4 + ["复议后起诉"],
    PARTS * 3,
    FIGURES,
]
LIST = "填报单位：{},,报告年度：2021年\n指标,单位,数量\n微信公众号发布信息,篇,61\n信息咨询,次,46\n投诉,件,0\n"


def zipped(name, parts):
    """Parts are (name, bytes) pairs; names that are bytes are stored as they are, without the mark of UTF-8."""
    with zipfile.ZipFile(name, "w") as archive:
        for part, data in parts:
            if isinstance(part, bytes):
                part = part.decode("cp437")
            info = zipfile.ZipInfo(part, (2022, 1, 10, 9, 0, 0))
            archive.writestr(info, data)


def workbook():
    book = openpyxl.Workbook()
    note = book.active
    note.title = "填表说明"
    note.append(["本表由各单位填报，2022年1月31日前报送。"])
    sheet = book.create_sheet("表四")
    for row in ROWS[:-1]:
        sheet.append(row)
    # Figures as numbers, as text and as a formula without a stored value.
    sheet.append([1, "0", "０", 0, "=SUM(A6:D6)"] + FIGURES[5:])
    for place in ["A3:E4", "F3:O3", "F4:J4", "K4:O4"]:
        sheet.merge_cells(place)
    book.properties.created = book.properties.modified = datetime.datetime(2022, 1, 10)
    book.save("workbook-with-notes.xlsx")


def old_workbook():
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("表四")
    for r, row in enumerate(ROWS):
        for c, value in enumerate(row):
            if value is not None:
                sheet.write(r + 3, c + 2, value)
    book.save("wps-workbook-moved.et")


def open_document():
    def cell(value):
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    rows = "".join("<table:table-row>" + "".join(map(cell, row)) + "</table:table-row>" for row in ROWS)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ["office", "table", "text"]
    )
    content = f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="表四">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    zipped("open-document.ods", [("mimetype", kind), ("content.xml", content)])


def report():
    def paragraph(text):
        return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"

    def table_cell(value, span):
        return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>{paragraph(value)}</w:tc>'

    heads = [[("行政复议", 5), ("行政诉讼", 10)], [("", 5), ("未经复议直接起诉", 5), ("复议后起诉", 5)]]
    rows = heads + [[(part, 1) for part in PARTS * 3], [(str(figure), 1) for figure in FIGURES]]
    table = "".join("<w:tr>" + "".join(table_cell(*one) for one in row) + "</w:tr>" for row in rows)
    words = ["甲市民政局2021年政府信息公开工作年度报告", "四、政府信息公开行政复议、行政诉讼情况"]
    body = "".join(map(paragraph, words)) + f"<w:tbl>{table}</w:tbl>"
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = f"<w:document {space}><w:body>{body}</w:body></w:document>"
    zipped("word-report.docx", [("[Content_Types].xml", "<Types/>"), ("word/document.xml", document)])


def archives():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(zipfile.ZipInfo("教育局.csv", (2022, 1, 10, 9, 0, 0)), LIST.format("甲市教育局"))
    zipped(
        "archive.zip",
        [
            ("报表/统计局.csv", LIST.format("甲市统计局")),
            ("报表/里面.zip", inner.getvalue()),
            ("__MACOSX/报表/._统计局.csv", b"\0\5\x16\7"),
        ],
    )


workbook()
old_workbook()
open_document()
report()
archives()
