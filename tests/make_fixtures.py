"""Makes the fixtures of tests/read.rs. Needs openpyxl, xlwt, odfpy, msoffcrypto-tool, soffice.

    python3 tests/make_fixtures.py
"""
import datetime, io, os, subprocess, sys, tempfile, zipfile
import openpyxl, xlwt, msoffcrypto
from msoffcrypto.format.ooxml import OOXMLFile

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "read")
os.makedirs(OUT, exist_ok=True)
at = lambda name: os.path.join(OUT, name)

# the common workbook: same cells in every format
book = openpyxl.Workbook()
sheet = book.active
sheet.title = "表一"
sheet["A1"] = "单位"
sheet["B1"] = "金额"
sheet["A2"] = "甲局"
sheet["B2"] = 12.5
sheet["A3"] = "乙局"
sheet["B3"] = -3
sheet["A4"] = "合计"
sheet["B4"] = "=B2+B3"
sheet["C2"] = datetime.date(2024, 3, 15)
sheet["C2"].number_format = "yyyy-mm-dd"
sheet["C3"] = datetime.datetime(2024, 3, 15, 8, 30)
sheet["C3"].number_format = "yyyy-mm-dd hh:mm"
sheet["D2"] = True
sheet["D3"] = "=1/0"
sheet["E2"] = "二行\n文字"
sheet["E3"] = "  空格 "
sheet["F2"] = '="甲"&"乙"'
for column in range(1, 30):  # styled, empty
    sheet.cell(9, column).font = openpyxl.styles.Font(bold=True)
hidden = book.create_sheet("隐藏")
hidden["B3"] = 7
hidden.sheet_state = "hidden"
raw = os.path.join(tempfile.mkdtemp(), "common.xlsx")
book.save(raw)
book.save(at("uncomputed.xlsx"))
# LibreOffice computes the formulas on the way
for ext, flt in (("xlsx", "xlsx:Calc MS Excel 2007 XML"), ("xls", "xls:MS Excel 97"), ("ods", "ods:calc8")):
    subprocess.run(["soffice", "--headless", "--convert-to", flt, "--outdir", OUT, raw],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

# 1904 epoch
book = openpyxl.Workbook()
book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
book.active["A1"] = datetime.date(2024, 3, 15)
book.active["A2"] = datetime.timedelta(hours=30, minutes=5)
book.active["A2"].number_format = "[h]:mm:ss"
book.active["A3"] = datetime.time(8, 30)
book.active["A4"] = 12.5
book.active["A4"].number_format = '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ '
book.active["A5"] = 3
book.active["A5"].number_format = 'G/通用格式"人"'
book.save(at("epoch1904.xlsx"))

# xlwt writes a different dialect of xls than LibreOffice
book = xlwt.Workbook(encoding="utf-8")
sheet = book.add_sheet("表一")
sheet.write(0, 0, "单位")
sheet.write(1, 1, 12.5)
sheet.write(2, 1, xlwt.Formula("B2*2"))
sheet.write(65535, 3, "末行")
book.add_sheet("隐藏").visibility = 1
book.save(at("xlwt.xls"))
book = xlwt.Workbook()
book.add_sheet("s").write(65535, 255, 1)
book.get_sheet(0).write(0, 0, 1)
book.save(at("stray-corner.xls"))

# a sheet chart sheet
book = openpyxl.Workbook()
book.active["A1"] = 1
book.create_chartsheet("图")
book.save(at("chartsheet.xlsx"))

# password-protected
with open(at("encrypted.xlsx"), "wb") as out:
    OOXMLFile(open(raw, "rb")).encrypt("secret", out)
# ods: a manifest that says so
with zipfile.ZipFile(at("common.ods")) as src, zipfile.ZipFile(at("encrypted.ods"), "w") as dst:
    dst.writestr("mimetype", src.read("mimetype"))
    dst.writestr("content.xml", os.urandom(64))
    dst.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml" manifest:size="64"><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry></manifest:manifest>')
# xls: a FILEPASS record put where Excel puts it, in place of a record of no consequence
data = bytearray(open(at("xlwt.xls"), "rb").read())
bof = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
after = bof + 20
data[after:after + 2] = b"\x2f\x00"
open(at("encrypted.xls"), "wb").write(data)

# xlsb: nothing at hand writes it, so record by record
import struct
def rec(typ, data=b""):
    head = bytes([typ]) if typ < 0x80 else bytes([typ & 0x7F | 0x80, typ >> 7])
    return head + bytes([len(data)]) + data
wide = lambda s: struct.pack("<I", len(s)) + s.encode("utf-16le")
cell = lambda column: struct.pack("<II", column, 0)
formula = struct.pack("<H", 0) + struct.pack("<I", 3) + b"\x1e\x01\x00" + struct.pack("<I", 0)
part = rec(0x81) + rec(0x94, struct.pack("<4I", 0, 1, 0, 1)) + rec(0x91)
part += rec(0x00, struct.pack("<I", 0) + bytes(13))
part += rec(0x06, cell(0) + wide("单位")) + rec(0x05, cell(1) + struct.pack("<d", 12.5))
part += rec(0x00, struct.pack("<I", 1) + bytes(13))
part += rec(0x09, cell(0) + struct.pack("<d", 25) + formula) + rec(0x0B, cell(1) + b"\x07" + formula)
part += rec(0x92) + rec(0x82)
with zipfile.ZipFile(at("small.xlsb"), "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("[Content_Types].xml", "<Types/>")
    z.writestr("xl/_rels/workbook.bin.rels", '<Relationships><Relationship Id="rId1" Type="t" Target="worksheets/sheet1.bin"/></Relationships>')
    z.writestr("xl/workbook.bin", rec(0x83) + rec(0x8F) + rec(0x9C, struct.pack("<II", 1, 1) + wide("rId1") + wide("表一")) + rec(0x90) + rec(0x9D) + rec(0x84))
    z.writestr("xl/worksheets/sheet1.bin", part)

# the benchmark's workbook: an ordinary return of some 12 KB in three sheets
book = openpyxl.Workbook()
for s in range(3):
    sheet = book.active if s == 0 else book.create_sheet(f"表{s + 1}")
    sheet.append(["某某市统计报表（%d）" % s])
    sheet.append(["指标名称", "计量单位", "代码"] + [f"{m}月" for m in range(1, 13)])
    for r in range(24):
        sheet.append([f"指标{r}-{s}", "万元", f"{r:03}"] + [round(1234.56 * (r + 1) / (m + 1), 2) for m in range(12)])
    sheet.append(["合计", "万元", ""] + [f"=SUM({chr(68 + m)}3:{chr(68 + m)}26)" for m in range(12)])
book.save(at("return.xlsx"))
print(os.path.getsize(at("return.xlsx")))
