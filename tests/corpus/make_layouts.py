"""Makes the cases of table 3 and table 4 in unusual layouts, with what is right: figures are invented, and their cells are
known from drawing them, not from the program.

    python3 tests/corpus/make_layouts.py        needs openpyxl (for the cases with merged cells)
"""
import csv, io, os
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

HERE = os.path.dirname(os.path.abspath(__file__))
AGENCY, YEAR = "甲市教育局", 2021
DIMENSIONS = [("natural_person", "自然人"), ("business", "商业企业"), ("research", "科研机构"),
              ("public_welfare", "社会公益组织"), ("legal_service", "法律服务机构"), ("other", "其他"), ("total", "总计")]
RESULTS = "三、本年度办理结果"
ROWS = [  # group, label, code, figures of natural persons and businesses
    (None, "一、本年新收政府信息公开申请数量", "new_received", 9, 4),
    (None, "二、上年结转政府信息公开申请数量", "carried_in", 1, 0),
    (RESULTS, "（一）予以公开", "granted", 3, 1),
    (RESULTS, "（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "partly_granted", 1, 0),
    ("（三）不予公开", "1.属于国家秘密", "denied.state_secret", 0, 0),
    ("（三）不予公开", "2.其他法律行政法规禁止公开", "denied.other_law", 0, 0),
    ("（三）不予公开", "3.危及“三安全一稳定”", "denied.safety_stability", 0, 0),
    ("（三）不予公开", "4.保护第三方合法权益", "denied.third_party", 1, 0),
    ("（三）不予公开", "5.属于三类内部事务信息", "denied.internal_affairs", 0, 0),
    ("（三）不予公开", "6.属于四类过程性信息", "denied.process_info", 0, 1),
    ("（三）不予公开", "7.属于行政执法案卷", "denied.enforcement_file", 0, 0),
    ("（三）不予公开", "8.属于行政查询事项", "denied.administrative_query", 0, 0),
    ("（四）无法提供", "1.本机关不掌握相关政府信息", "unable.not_held", 2, 1),
    ("（四）无法提供", "2.没有现成信息需要另行制作", "unable.needs_creation", 0, 0),
    ("（四）无法提供", "3.补正后申请内容仍不明确", "unable.unclear", 0, 0),
    ("（五）不予处理", "1.信访举报投诉类申请", "not_processed.petition", 1, 0),
    ("（五）不予处理", "2.重复申请", "not_processed.repeat", 0, 0),
    ("（五）不予处理", "3.要求提供公开出版物", "not_processed.publication", 0, 0),
    ("（五）不予处理", "4.无正当理由大量反复申请", "not_processed.excessive", 0, 0),
    ("（五）不予处理", "5.要求行政机关确认或重新出具已获取信息", "not_processed.reconfirm", 0, 0),
    ("（六）其他处理", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", "other.not_supplemented", 0, 0),
    ("（六）其他处理", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", "other.fee_unpaid", 0, 0),
    ("（六）其他处理", "3.其他", "other.other", 0, 0),
    (RESULTS, "（七）总计", "processed_total", 8, 3),
    (None, "四、结转下年度继续办理", "carried_out", 2, 1),
]
TITLE = [[f"{AGENCY}{YEAR}年度政府信息公开情况"], ["三、收到和处理政府信息公开申请情况"]]
HEAD = [""] + [label for _, label in DIMENSIONS]
DEEP = [["", "申请人情况"] + [""] * 6, ["", "自然人", "法人或其他组织"] + [""] * 4 + ["总计"],
        ["", ""] + [label for _, label in DIMENSIONS[1:6]] + [""]]
WITHOUT_OTHERS = ["finding\tlayout.missing_table\t2"]


class Figure:
    """A cell with a figure: drawn as a number, and expected where it is drawn."""

    def __init__(self, code, value):
        self.code, self.value = code, value

    def __str__(self):
        return str(self.value)


def figures(code, person, business):
    values = [person, business, 0, 0, 0, 0, person + business]
    return [Figure(f"{code}:{name}", value) for (name, _), value in zip(DIMENSIONS, values)]


FLAT = [[label] + figures(code, a, b) for _, label, code, a, b in ROWS]


def grouped(columns):
    """Rows with their groups in columns of their own: a group's label stands once."""
    rows, before = [], None
    for group, label, code, a, b in ROWS:
        outer = RESULTS if group else ""
        inner = group if group not in (None, RESULTS) else ""
        said = (outer if before is None or before[0] != outer else "", inner if before is None or before[1] != inner else "")
        labels = [said[0], said[1], label] if columns == 3 else [said[0], said[1], "", label]
        rows.append(labels + figures(code, a, b))
        before = (outer, inner)
    return rows


def flip(rows):
    width = max(len(row) for row in rows)
    return [list(column) for column in zip(*[row + [""] * (width - len(row)) for row in rows])]


def expected(comment, sheets, more):
    lines = [f"# {comment}", f"return\t\t{AGENCY}\t{YEAR}\tgk2021\tcounted"]
    for name, rows in sheets:
        front = f"{name}!" if len(sheets) > 1 else ""
        for r, row in enumerate(rows, 1):
            for c, cell in enumerate(row, 1):
                if isinstance(cell, Figure):
                    blank = cell.value == ""
                    at = f"{front}{get_column_letter(c)}{r}"
                    if not blank and cell.code:
                        lines.append(f"fact\t{cell.code}\t{cell.value}\tnumber\t{at}")
    return "\n".join(lines + more) + "\n"


def case(name, comment, rows, more=WITHOUT_OTHERS, sheets=None, merged=()):
    sheets = sheets or [("Sheet1", rows)]
    with open(f"{HERE}/{name}.facts.tsv", "w", encoding="utf-8") as out:
        out.write(expected(comment, sheets, list(more)))
    if len(sheets) == 1 and not merged:
        text = io.StringIO()
        width = max(len(row) for row in rows)
        csv.writer(text, lineterminator="\n").writerows([[str(cell) for cell in row] + [""] * (width - len(row)) for row in rows])
        with open(f"{HERE}/{name}.csv", "w", encoding="utf-8") as out:
            out.write(text.getvalue())
        return
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for r, row in enumerate(rows, 1):
            for c, cell in enumerate(row, 1):
                value = cell.value if isinstance(cell, Figure) else cell
                if value != "":
                    sheet.cell(r, c, value)
        for area in merged:
            sheet.merge_cells(area)
    book.save(f"{HERE}/{name}.xlsx")


case("head-over-three-rows", "The head over three rows, with an empty row between and the groups' labels apart",
     TITLE + [DEEP[0], [""] * 8, DEEP[1], DEEP[2]] + FLAT)
case("head-merged-over-too-much", "The group of organisations is merged over the column of totals too, whose head is gone: the identities prove the column",
     TITLE + [DEEP[0], DEEP[1][:7] + [""], DEEP[2]] + FLAT, WITHOUT_OTHERS + ["finding\tlayout.proved\t1"], merged=["C4:H4"])
case("head-texts-in-two-cells", "Each head is split over two cells, one below the other",
     TITLE + [[""] + [label[:-1] for _, label in DIMENSIONS], [""] + [label[-1:] for _, label in DIMENSIONS]] + FLAT)
case("labels-in-four-columns", "Labels of rows in three columns with an empty one between", TITLE + [["", "", ""] + HEAD] + grouped(4))
case("page-break", "Cut by page breaks: the head and a title for the rest are repeated",
     TITLE + [HEAD] + FLAT[:12] + [["（续表）"], ["三、收到和处理政府信息公开申请情况（续）"], HEAD] + FLAT[12:])
case("page-break-deep-head", "Cut by a page break with a head of three rows", TITLE + DEEP + FLAT[:9] + DEEP + FLAT[9:])
case("two-sheets", "The table goes on on a second sheet, with its head", None, WITHOUT_OTHERS,
     [("第一页", TITLE + [HEAD] + FLAT[:12]), ("第二页", [HEAD] + FLAT[12:])])
case("turned", "Rows and columns are exchanged", TITLE + flip([HEAD] + FLAT))
case("turned-with-groups", "Rows and columns are exchanged, groups of rows stand over the heads", TITLE + flip([["", ""] + HEAD] + grouped(3)))
case("turned-with-deep-head", "Rows and columns are exchanged, the head over three rows has become three columns of labels",
     TITLE + flip(DEEP[1:] + FLAT))
case("misspelt-row", "A misspelt label of a row is read because every sum then comes out, and is queried",
     TITLE + [HEAD] + [[row[0].replace("予以公开", "予与公开")] + row[1:] for row in FLAT], WITHOUT_OTHERS + ["finding\tlayout.proved\t1"])
case("total-without-head", "The column of totals has no head: it is read because every row adds up, and is queried",
     TITLE + [HEAD[:-1] + [""]] + FLAT, WITHOUT_OTHERS + ["finding\tlayout.proved\t1"])
case("column-left-out", "A column that was all zero is not there: its figures are missing, not 0, and nothing is added up that rests on them",
     TITLE + [HEAD[:5] + HEAD[6:]] + [row[:5] + row[6:] for row in FLAT],
     WITHOUT_OTHERS + ["finding\tlayout.missing_column\t1"])

OUTCOMES = [("upheld", "结果维持"), ("corrected", "结果纠正"), ("other", "其他结果"), ("pending", "尚未审结"), ("total", "总计")]
CASES = [("review", ["行政复议", ""], [1, 2, 0, 1, 4]), ("suit_direct", ["行政诉讼", "未经复议直接起诉"], [2, 0, 0, 0, 2]),
         ("suit_after_review", ["", "复议后起诉"], [0, 0, 3, 0, 3])]
TITLE4 = [[f"{AGENCY}{YEAR}年度政府信息公开情况"], ["四、政府信息公开行政复议、行政诉讼情况"]]


def outcomes(code, values):
    return [Figure(f"{code}:{name}", value) for (name, _), value in zip(OUTCOMES, values)]


case("table-4-as-rows", "Table 4 with its three groups as rows",
     TITLE4 + [["", ""] + [label for _, label in OUTCOMES]] + [labels + outcomes(code, values) for code, labels, values in CASES])
case("table-4-as-list", "Table 4 as a list: group, head, figure",
     TITLE4 + [[group, label, figure] for code, labels, values in CASES
               for n, (figure, (_, label)) in enumerate(zip(outcomes(code, values), OUTCOMES))
               for group in [(labels[1] or labels[0]) if n == 0 else ""]])
case("table-4-in-blocks", "Table 4 as three blocks below each other",
     TITLE4 + [row for code, labels, values in CASES
               for row in [[labels[1] or labels[0]], [label for _, label in OUTCOMES], outcomes(code, values)]])
