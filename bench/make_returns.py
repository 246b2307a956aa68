"""Writes N synthetic xlsx returns of the gk2021 form and a roster, for benchmarks. Deterministic.

    python3 bench/make_returns.py N DIR        DIR/returns/*.xlsx and DIR/roster.csv
    python3 bench/make_returns.py N DIR --broken K    K figures of table 3 wrong in every return

One sheet with the three official tables, about as Excel writes it (shared strings, styles, merges). The sheet XML is
written directly: 10,000 files take seconds.
"""
import argparse, random, zipfile
from pathlib import Path

DIMENSIONS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
ROWS = [("一、本年新收政府信息公开申请数量",), ("二、上年结转政府信息公开申请数量",), ("三、本年度办理结果", "（一）予以公开"),
        ("", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"), ("", "（三）不予公开", "1.属于国家秘密"),
        ("", "", "2.其他法律行政法规禁止公开"), ("", "", "3.危及“三安全一稳定”"), ("", "", "4.保护第三方合法权益"),
        ("", "", "5.属于三类内部事务信息"), ("", "", "6.属于四类过程性信息"), ("", "", "7.属于行政执法案卷"),
        ("", "", "8.属于行政查询事项"), ("", "（四）无法提供", "1.本机关不掌握相关政府信息"), ("", "", "2.没有现成信息需要另行制作"),
        ("", "", "3.补正后申请内容仍不明确"), ("", "（五）不予处理", "1.信访举报投诉类申请"), ("", "", "2.重复申请"),
        ("", "", "3.要求提供公开出版物"), ("", "", "4.无正当理由大量反复申请"), ("", "", "5.要求行政机关确认或重新出具已获取信息"),
        ("", "（六）其他处理", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"),
        ("", "", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"), ("", "", "3.其他"), ("", "（七）总计"),
        ("四、结转下年度继续办理",)]
TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""
RELS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
BOOK = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="统计表" sheetId="1" r:id="rId1"/></sheets></workbook>"""
BOOK_RELS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"""
STYLES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="2"><border/><border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf borderId="1" applyBorder="1" xfId="0"/></cellXfs></styleSheet>"""


def figures(rng):
    """Table 3 with all identities holding and about half of its cells zero."""
    leaves = [[rng.randrange(1, 60) if rng.random() < (0.75 if c == 0 else 0.35) else 0 for c in range(6)] for _ in range(21)]
    total = [sum(row[c] for row in leaves) for c in range(6)]
    out = [rng.randrange(0, 5) for _ in range(6)]
    carried = [min(rng.randrange(0, 5), total[c] + out[c]) for c in range(6)]
    new = [total[c] + out[c] - carried[c] for c in range(6)]
    rows = [new, carried] + leaves + [total, out]
    return [row + [sum(row)] for row in rows]


def sheet(rng, name, year):
    """Cells by (row, column) and merged ranges."""
    cells, merges = {}, []
    put = lambda r, c, v: cells.__setitem__((r, c), v)
    put(1, 1, f"{name}{year}年政府信息公开工作年度报告统计表"); merges.append("A1:J1")
    put(2, 1, f"填报单位：{name}")
    put(3, 1, "二、主动公开政府信息情况")
    put(4, 1, "第二十条第（一）项")
    for c, t in enumerate(["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]): put(5, 1 + c, t)
    for r, t in enumerate(["规章", "行政规范性文件"]):
        put(6 + r, 1, t)
        for c in range(3): put(6 + r, 2 + c, rng.randrange(0, 30))
    r = 8
    for block, head, labels in [("第二十条第（五）项", "本年处理决定数量", ["行政许可"]), ("第二十条第（六）项", "本年处理决定数量", ["行政处罚", "行政强制"]),
                                ("第二十条第（八）项", "本年收费金额（单位：万元）", ["行政事业性收费"])]:
        put(r, 1, block); put(r + 1, 1, "信息内容"); put(r + 1, 2, head); r += 2
        for t in labels:
            put(r, 1, t); put(r, 2, round(rng.random() * 900, 2) if "收费" in t else rng.randrange(0, 900)); r += 1
    put(r, 1, "三、收到和处理政府信息公开申请情况"); r += 1
    put(r, 1, "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"); merges.append(f"A{r}:C{r + 2}")
    put(r, 4, "申请人情况"); put(r + 1, 4, "自然人"); put(r + 1, 5, "法人或其他组织"); put(r + 1, 10, "总计")
    merges += [f"D{r}:J{r}", f"D{r + 1}:D{r + 2}", f"E{r + 1}:I{r + 1}", f"J{r + 1}:J{r + 2}"]
    for c in range(1, 6): put(r + 2, 4 + c, DIMENSIONS[c])
    r += 3
    for labels, row in zip(ROWS, figures(rng)):
        for c, t in enumerate(labels):
            if t: put(r, 1 + c, t)
        for c, v in enumerate(row): put(r, 4 + c, v)
        r += 1
    put(r, 1, "四、政府信息公开行政复议、行政诉讼情况"); r += 1
    put(r, 1, "行政复议"); put(r, 6, "行政诉讼"); put(r + 1, 6, "未经复议直接起诉"); put(r + 1, 11, "复议后起诉")
    merges += [f"A{r}:E{r + 1}", f"F{r}:O{r}", f"F{r + 1}:J{r + 1}", f"K{r + 1}:O{r + 1}"]
    for b in range(3):
        parts = [rng.randrange(0, 4) for _ in range(4)]
        for c, t in enumerate(["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]):
            put(r + 2, 1 + 5 * b + c, t); put(r + 3, 1 + 5 * b + c, (parts + [sum(parts)])[c])
    return cells, merges


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def write(path, cells, merges):
    strings, index, rows = [], {}, {}
    for (r, c), v in sorted(cells.items()):
        ref = f"{chr(64 + c)}{r}"
        if isinstance(v, str):
            if v not in index: index[v] = len(strings); strings.append(v)
            rows.setdefault(r, []).append(f'<c r="{ref}" s="1" t="s"><v>{index[v]}</v></c>')
        else:
            rows.setdefault(r, []).append(f'<c r="{ref}" s="1"><v>{v}</v></c>')
    data = "".join(f'<row r="{r}">{"".join(cs)}</row>' for r, cs in rows.items())
    merged = "".join(f'<mergeCell ref="{m}"/>' for m in merges)
    parts = {"[Content_Types].xml": TYPES, "_rels/.rels": RELS, "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": BOOK_RELS, "xl/styles.xml": STYLES,
             "xl/sharedStrings.xml": '<?xml version="1.0" encoding="UTF-8"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + "".join(f"<si><t>{escape(s)}</t></si>" for s in strings) + "</sst>",
             "xl/worksheets/sheet1.xml": f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:O60"/><sheetData>{data}</sheetData><mergeCells count="{len(merges)}">{merged}</mergeCells></worksheet>'}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        for name, text in parts.items():
            z.writestr(zipfile.ZipInfo(name, (2022, 1, 15, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("n", type=int); args.add_argument("dir", type=Path)
    args.add_argument("--year", type=int, default=2021); args.add_argument("--seed", type=int, default=1)
    args.add_argument("--broken", type=int, default=0)
    args = args.parse_args()
    (args.dir / "returns").mkdir(parents=True, exist_ok=True)
    roster = ["id,name,aliases,parent,group"]
    for i in range(1, args.n + 1):
        name = f"第{i:05}号测试局"
        roster.append(f"t{i:05},{name},,,第{i % 5 + 1}组")
        rng = random.Random(args.seed * 1_000_003 + i)
        cells, merges = sheet(rng, name, args.year)
        top = min(r for (r, _), v in cells.items() if v == ROWS[0][0])
        for _ in range(args.broken):
            cells[rng.randrange(top, top + len(ROWS)), rng.randrange(4, 11)] += rng.randrange(1, 60)
        write(args.dir / "returns" / f"{name}{args.year}.xlsx", cells, merges)
    (args.dir / "roster.csv").write_text("\r\n".join(roster) + "\r\n", encoding="utf-8-sig")


if __name__ == "__main__":
    main()
