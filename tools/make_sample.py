#!/usr/bin/env python3
"""Writes the synthetic sample returns of huizong: a county-level city, two report years, some planted defects.

    python3 tools/make_sample.py                  writes data/ and tests/sample/planted.csv
    python3 tools/make_sample.py --out DIR        writes into DIR
    python3 tools/make_sample.py --check          writes, reads everything back, and proves planted.csv exhaustive
    python3 tools/make_sample.py --truth FILE     also lists every figure with its file, sheet and cell

The same bytes come out of every run: seeded figures, no clock, constant timestamps inside the archives.
One way through: figures (codes -> numbers) -> planted changes -> sheet (cells) -> file. Needs openpyxl, xlwt, odfpy.
"""
import argparse, csv, hashlib, io, random, re, shutil, zipfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

SEED = "huizong-sample-1"
FIXED = "2022-01-10T08:00:00Z"

# ------------------------------------------------------------------------------------------------ the city's roster
# id | name after 句容市 (or in full with !) | aliases | parent | group | size (how many requests and decisions it has)
ROSTER_TEXT = """
zfb|人民政府办公室|市政府办公室;市政府办;政府办||B|busy
fgw|发展和改革委员会|发改委;市发改委;发展改革委||B|medium
jyj|教育局|教育局;市教育局||B|medium
kjj|科学技术局|科技局;市科技局||B|small
gxj|工业和信息化局|工信局;市工信局||B|small
gaj|公安局|公安局;市公安局||B|busy
mzj|民政局|民政局;市民政局||B|medium
sfj|司法局|司法局;市司法局||B|medium
czj|财政局|财政局;市财政局||B|medium
rsj|人力资源和社会保障局|人社局;市人社局||B|medium
zgj|自然资源和规划局|自规局;自然资源局;自然资源和规划局||B|busy
sthjj|!镇江市句容生态环境局|生态环境局;句容生态环境局||B|medium
zjj|住房和城乡建设局|住建局;市住建局||B|busy
jtj|交通运输局|交通局;市交通局;交通运输局||B|medium
slj|水利局|水利局;市水利局||B|small
nyj|农业农村局|农业农村局;市农业农村局||B|medium
swj|商务局|商务局;市商务局||B|small
wgl|文体广电和旅游局|文广旅局;文旅局;市文体广电和旅游局||B|medium
wjw|卫生健康委员会|卫健委;市卫健委||B|medium
tyj|退役军人事务局|退役军人局;退役军人事务局||B|small
yjj|应急管理局|应急局;应急管理局;市应急管理局||B|medium
sjj|审计局|审计局;市审计局||B|small
scj|市场监督管理局|市场监管局;市监局;市市场监管局||B|busy
tjj|统计局|统计局;市统计局||B|none
ybj|医疗保障局|医保局;市医保局||B|small
spj|行政审批局|行政审批局;市行政审批局;审批局||B|medium
cgj|城市管理局|城管局;市城管局||B|medium
cgdd|城市管理综合行政执法大队|城管执法大队|cgj|S|small
sbzx|社会保险基金管理中心|社保中心|rsj|S|small
bdc|不动产登记中心|不动产登记中心|zgj|S|small
jkzx|疾病预防控制中心|疾控中心|wjw|S|none
hyjd|华阳街道办事处|华阳街道||Z|small
cmjd|崇明街道办事处|崇明街道||Z|small
hmjd|黄梅街道办事处|黄梅街道||Z|none
xsz|下蜀镇人民政府|下蜀镇||Z|small
bhz|宝华镇人民政府|宝华镇||Z|small
bcz|边城镇人民政府|边城镇||Z|none
btz|白兔镇人民政府|白兔镇||Z|none
msz|茅山镇人民政府|茅山镇||Z|none
hbz|后白镇人民政府|后白镇||Z|small
twz|天王镇人民政府|天王镇||Z|none
gzz|郭庄镇人民政府|郭庄镇||Z|small
"""
GROUPS = {"B": "市政府部门", "S": "直属事业单位", "Z": "镇街道"}


@dataclass
class Agency:
    id: str
    name: str
    aliases: list
    parent: str
    group: str
    size: str


ROSTER = {}
for _line in ROSTER_TEXT.split():
    _id, _name, _aliases, _parent, _group, _size = _line.split("|")
    ROSTER[_id] = Agency("jr-" + _id, _name[1:] if _name[0] == "!" else "句容市" + _name, _aliases.split(";"),
                         "jr-" + _parent if _parent else "", GROUPS[_group], _size)

# ------------------------------------------------------------------------------------------------ the forms
COLUMNS = [("natural_person", "自然人"), ("business", "商业企业"), ("research", "科研机构"), ("public_welfare", "社会公益组织"),
           ("legal_service", "法律服务机构"), ("other", "其他"), ("total", "总计")]
DIMS = [c for c, _ in COLUMNS]
RESULT, DENIED, UNABLE, NOT, OTHER = "三、本年度办理结果", "（三）不予公开", "（四）无法提供", "（五）不予处理", "（六）其他处理"
# (code, labels from the outermost level inwards)
ROWS_HEAD = [("new_received", ["一、本年新收政府信息公开申请数量"]), ("carried_in", ["二、上年结转政府信息公开申请数量"]),
             ("granted", [RESULT, "（一）予以公开"]),
             ("partly_granted", [RESULT, "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"])] + [
    ("denied." + c, [RESULT, DENIED, t]) for c, t in [
        ("state_secret", "1.属于国家秘密"), ("other_law", "2.其他法律行政法规禁止公开"), ("safety_stability", "3.危及“三安全一稳定”"),
        ("third_party", "4.保护第三方合法权益"), ("internal_affairs", "5.属于三类内部事务信息"), ("process_info", "6.属于四类过程性信息"),
        ("enforcement_file", "7.属于行政执法案卷"), ("administrative_query", "8.属于行政查询事项")]] + [
    ("unable." + c, [RESULT, UNABLE, t]) for c, t in [
        ("not_held", "1.本机关不掌握相关政府信息"), ("needs_creation", "2.没有现成信息需要另行制作"), ("unclear", "3.补正后申请内容仍不明确")]] + [
    ("not_processed." + c, [RESULT, NOT, t]) for c, t in [
        ("petition", "1.信访举报投诉类申请"), ("repeat", "2.重复申请"), ("publication", "3.要求提供公开出版物"),
        ("excessive", "4.无正当理由大量反复申请"), ("reconfirm", "5.要求行政机关确认或重新出具已获取信息")]]
ROWS_OTHER = {"gk2019": [("other", [RESULT, OTHER])], "gk2021": [("other." + c, [RESULT, OTHER, t]) for c, t in [
    ("not_supplemented", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"),
    ("fee_unpaid", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"), ("other", "3.其他")]]}
ROWS_TAIL = [("processed_total", [RESULT, "（七）总计"]), ("carried_out", ["四、结转下年度继续办理"])]
T3 = {form: ROWS_HEAD + ROWS_OTHER[form] + ROWS_TAIL for form in ROWS_OTHER}
LEAVES = {form: [code for code, _ in rows[2:-2]] for form, rows in T3.items()}
SHORT = {"1.申请人无": "1.逾期不补正", "2.申请人逾": "2.逾期不缴费"}
THREE = [("items_last_year", "上一年项目数量"), ("items_change", "本年增/减"), ("decisions", "处理决定数量")]
DECISIONS = [("decisions", "本年处理决定数量")]
T2 = {  # blocks: title, columns, rows
    "gk2019": [
        ("第二十条第（一）项", [("made", "本年新制作数量"), ("published", "本年新公开数量"), ("public_total", "对外公开总数量")],
         [("rules", "规章"), ("normative", "规范性文件")]),
        ("第二十条第（五）项", THREE, [("licence", "行政许可"), ("other_service", "其他对外管理服务事项")]),
        ("第二十条第（六）项", THREE, [("penalty", "行政处罚"), ("coercion", "行政强制")]),
        ("第二十条第（八）项", THREE[:2], [("fees", "行政事业性收费")]),
        ("第二十条第（九）项", [("items", "采购项目数量"), ("amount", "采购总金额")], [("procurement", "政府集中采购")])],
    "gk2021": [
        ("第二十条第（一）项", [("issued", "本年制发件数"), ("repealed", "本年废止件数"), ("in_force", "现行有效件数")],
         [("rules", "规章"), ("normative", "行政规范性文件")]),
        ("第二十条第（五）项", DECISIONS, [("licence", "行政许可")]),
        ("第二十条第（六）项", DECISIONS, [("penalty", "行政处罚"), ("coercion", "行政强制")]),
        ("第二十条第（八）项", [("amount", "本年收费金额（单位：万元）")], [("fees", "行政事业性收费")])]}
BLOCKS = [("review", ["行政复议"]), ("suit_direct", ["行政诉讼", "未经复议直接起诉"]), ("suit_after_review", ["行政诉讼", "复议后起诉"])]
PARTS = [("upheld", "结果维持"), ("corrected", "结果纠正"), ("other", "其他结果"), ("pending", "尚未审结"), ("total", "总计")]
TITLES = {"table2": "二、主动公开政府信息情况", "table3": "三、收到和处理政府信息公开申请情况", "table4": "四、政府信息公开行政复议、行政诉讼情况"}
CHANNEL_TITLE = "主动公开渠道与咨询投诉情况"
PORTAL = ["annual_report", "department_news", "analysis", "bulletin", "special_report", "other"]
CHANNELS = {code: (label, unit) for code, label, unit in [x.split("|") for x in """
portal.total|政府门户网站主动公开政务信息|条
portal.annual_report|其中：年度报告|条
portal.department_news|部门动态|条
portal.analysis|统计分析|篇
portal.bulletin|统计公报|条
portal.special_report|统计专报|条
portal.other|其他信息|条
wechat.posts|微信公众号发布信息|篇
weibo.posts|政务微博发布信息|条
adopted.province|省统计局网采用|篇
adopted.prefecture|镇江统计局网采用|篇
adopted.own_site|句容市统计局网采用|篇
adopted.city_portal|句容市政府门户网站采用|篇
news.analyses|发布统计分析、信息|篇
news.work|工作动态|篇
instructions|获得市领导批示|篇
interpretation.posts|政策解读|篇
inquiries|信息咨询|次
inquiries.phone|电话咨询|人次
inquiries.in_person|现场咨询|人次
inquiries.online|网上咨询|人次
complaints|投诉|件
request.received|依申请公开|件
review.total|行政复议|件
suit.total|行政诉讼|件
meetings|会议|次
trainings|培训|次
staff|工作人员|人""".split("\n")[1:]]}
UNKNOWN_CATEGORIES = {"视频号发布信息": "条", "抖音号发布信息": "条", "政务公开栏张贴": "期"}  # not in the rulebook, kept under their own labels


# ------------------------------------------------------------------------------------------------ figures
# A figure has a key (table, indicator, dimension); money is kept in 元.
def spread(rng, n, weights):
    """n requests over the outcomes."""
    got = dict.fromkeys(weights, 0)
    for code in rng.choices(list(weights), list(weights.values()), k=n):
        got[code] += 1
    return got


WEIGHTS = dict(zip(LEAVES["gk2021"], [30, 10, .4, .5, .3, 3, 4, 4, 3, 4, 26, 5, 4, 6, 3, .6, .3, 3, 4, .3, 4]))
VOLUME = {"busy": [(90, 170), (22, 45), (0, 3), (0, 2), (5, 12), (2, 7)], "medium": [(8, 34), (0, 8), (0, 0), (0, 0), (0, 2), (0, 1)],
          "small": [(0, 5), (0, 1), (0, 0), (0, 0), (0, 0), (0, 0)], "none": [(0, 0)] * 6}
ZEROS = {"gk2021": (80, 100), "gk2019": (66, 90)}  # zero cells of a busy table 3, as published city tables have


def table3(agency, year, form, carried_in):
    weights = {c: sum(w for k, w in WEIGHTS.items() if k == c or k.startswith(c + ".")) for c in LEAVES[form]}
    for attempt in range(2000):
        rng, fig = random.Random(f"{SEED}/{agency.id}/{year}/{form}/3/{attempt}"), {}
        for (low, high), dim in zip(VOLUME[agency.size], DIMS):
            new, old = rng.randint(low, high), carried_in.get(dim, 0)
            out = min(new + old, rng.randint(0, max(0, (new + old) // 12 + (new > 3))))
            col = {"new_received": new, "carried_in": old, **spread(rng, new + old - out, weights),
                   "processed_total": new + old - out, "carried_out": out}
            fig.update({("table3", code, dim): n for code, n in col.items()})
        for code, _ in T3[form]:
            fig["table3", code, "total"] = sum(fig["table3", code, d] for d in DIMS[:-1])
        if agency.size != "busy" or ZEROS[form][0] <= sum(n == 0 for n in fig.values()) <= ZEROS[form][1]:
            return fig
    raise AssertionError((agency.id, year, "no table 3 with a realistic number of zeros"))


def table2(agency, year, form):
    scale = {"busy": 12, "medium": 4, "small": 1, "none": 0}[agency.size]
    own = random.Random(f"{SEED}/{agency.id}/2")  # what lasts from year to year
    rng = random.Random(f"{SEED}/{agency.id}/{year}/{form}/2")
    decides, stock = scale and own.random() < .8, own.randint(0, 3 * scale + 1)
    usual = {c: own.randint(5, 60) * scale if decides else 0 for c in ("licence", "penalty", "coercion", "other_service")}
    usual["coercion"] //= 9
    fees = own.randint(10, 900) * 10000 * (scale > 3 and own.random() < .6)
    fig = {}
    for _, cols, rows in T2[form]:
        for row, _ in rows:
            for col, _ in cols:
                fig["table2", row, col] = 0
    put = lambda row, **cells: fig.update({("table2", row, c): n for c, n in cells.items()})
    new = rng.randint(0, min(4, scale))
    if form == "gk2021":
        put("normative", issued=new, repealed=min(stock, rng.randint(0, 1)), in_force=stock + new)
        put("fees", amount=fees and fees + rng.randint(-80, 80) * 100)
    else:
        put("normative", made=new, published=new, public_total=stock + new)
        for row in ("licence", "penalty", "coercion", "other_service"):
            items = own.randint(3, 30) * (usual[row] > 0)
            put(row, items_last_year=items, items_change=items and rng.randint(-3, 6))
        put("fees", items_last_year=fees and own.randint(1, 4))
        buys = rng.randint(0, scale * 2)
        put("procurement", items=buys, amount=buys * rng.randint(800, 12000) * 100)
    for row in ("licence", "penalty", "coercion") + (("other_service",) if form == "gk2019" else ()):
        put(row, decisions=usual[row] and int(usual[row] * rng.uniform(.85, 1.15)))
    return fig


def table4(agency, year):
    rng, fig = random.Random(f"{SEED}/{agency.id}/{year}/4"), {}
    top = {"busy": 4, "medium": 1}.get(agency.size, 0)
    for block, _ in BLOCKS:
        parts = [max(0, rng.randint(-1, top)) for _ in range(4)]
        fig.update({("table4", block, c): n for (c, _), n in zip(PARTS, parts + [sum(parts)])})
    return fig


def official(key, year, form=None):
    """The true official figures of an agency; what is carried into 2021 is what was carried out of 2020."""
    agency, form = ROSTER[key], form or ("gk2019" if year == 2020 else "gk2021")
    before = official(key, 2020) if year > 2020 else None
    rng = random.Random(f"{SEED}/{agency.id}/in")
    carried = {d: before["table3", "carried_out", d] if before else rng.randint(0, VOLUME[agency.size][i][1] // 16)
               for i, d in enumerate(DIMS[:-1])}
    return {**table2(agency, year, form), **table3(agency, year, form, carried), **table4(agency, year)}


SEED_REPORT = {  # 句容市统计局2020年政府信息公开工作年度报告: the only real figures of the sample
    "portal.total": 108, "portal.annual_report": 1, "portal.department_news": 73, "portal.analysis": 16, "portal.bulletin": 1,
    "portal.special_report": 12, "portal.other": 5, "wechat.posts": 61, "adopted.province": "20多", "adopted.prefecture": "60多",
    "adopted.own_site": "90多", "adopted.city_portal": "70多", "news.analyses": "40多", "news.work": "70多", "instructions": 3,
    "inquiries": 46, "complaints": 0, "request.received": 0, "review.total": 0, "suit.total": 0}


def channels(key, year, extra=()):
    if (key, year) == ("tjj", 2020):
        return {("channels", c, ""): n for c, n in SEED_REPORT.items()}
    rng, true = random.Random(f"{SEED}/{key}/{year}/c"), official(key, year)
    top = {"busy": 60, "medium": 25, "small": 9, "none": 4}[ROSTER[key].size]
    fig = {"portal." + c: n for c, n in zip(PORTAL, [1, rng.randint(top, 9 * top), 0, 0, 0, rng.randint(2, 3 * top)])}
    ask = {"inquiries." + c: rng.randint(0, 3 * top) for c in ("phone", "in_person", "online")}
    if key == "tjj":
        fig.update({"portal.analysis": 18, "portal.bulletin": 1, "portal.special_report": 12})
    fig = {"portal.total": sum(fig.values()), **fig, "wechat.posts": rng.randint(top, 8 * top), "weibo.posts": rng.randint(0, 2 * top),
           "interpretation.posts": rng.randint(0, top // 3), "inquiries": sum(ask.values()), **ask, "complaints": rng.randint(0, top // 12),
           "request.received": true["table3", "new_received", "total"], "review.total": true["table4", "review", "total"],
           "suit.total": true["table4", "suit_direct", "total"] + true["table4", "suit_after_review", "total"],
           "meetings": rng.randint(1, 4), "trainings": rng.randint(1, 3), "staff": rng.randint(1, 5), **{x: rng.randint(3, 80) for x in extra}}
    return {("channels", c, ""): n for c, n in fig.items()}


# ------------------------------------------------------------------------------------------------ dirt on labels and cells
SIMPLE = "处开请况数结转办区计这种属国规稳护权类内务过执询项无机关现没补后确访举报诉复当认获发废费缴纳总业构织单位许罚强额万审议讼维纠经统网户门动态镇领导众号应标华阳卫农术医据劳会决该级长联系电话负责设环书为与专"
TRADIT = "處開請況數結轉辦區計這種屬國規穩護權類內務過執詢項無機關現沒補後確訪舉報訴復當認獲發廢費繳納總業構織單位許罰強額萬審議訟維糾經統網戶門動態鎮領導眾號應標華陽衛農術醫據勞會決該級長聯繫電話負責設環書為與專"
TO_TRADITIONAL = str.maketrans(SIMPLE, TRADIT)
FULL = str.maketrans("0123456789-+.", "０１２３４５６７８９－＋．")
CN = "一二三四五六七八九"
NUMBERING = {
    "half": lambda s: re.sub(r"^（(.)）", r"(\1)", re.sub(r"^(\d)\.", r"\1．", s)),
    "circ": lambda s: re.sub(r"^（([一二三四五六七])）", lambda m: chr(0x3220 + CN.index(m[1])), re.sub(r"^(\d)\.", lambda m: chr(0x245F + int(m[1])), s)),
    "comma": lambda s: re.sub(r"^（(.)）", r"（\1）、", re.sub(r"^(\d)\.", r"\1、", s)),
    "none": lambda s: re.sub(r"^(\d\.|（.）|[一二三四]、)", "", s)}
BREAKS = {"商业企业": "商业\n企业", "社会公益组织": "社会公益\n组织", "法律服务机构": "法律服\n务机构", "科研机构": "科研\n机构", "法人或其他组织": "法人或其\n他组织",
          "尚未审结": "尚未\n审结", "结果维持": "结果\n维持", "结果纠正": "结果\n纠正", "其他结果": "其他\n结果"}


class Dirt(dict):
    """How one file departs from the printed form: words like `trad`, pairs like `zero=/`."""

    def __init__(self, text):
        super().__init__(w.split("=", 1) if "=" in w else (w, True) for w in text.split())

    def text(self, s):
        return s.translate(TO_TRADITIONAL) if "trad" in self else s

    def label(self, s):
        if "short" in self:
            s = SHORT.get(s[:5], s)
        if "breaks" in self:
            s = BREAKS.get(s, s)
        if "total" in self and s in ("总计", "（七）总计"):
            s = s.replace("总计", self["total"])
        if "spaced" in self and s in ("总计", "自然人", "其他"):
            s = " ".join(s)
        if "elsewise" in self:
            s = s.replace("其他", "其它")
        if "person" in self and s == "自然人":
            s = self["person"]
        if "quotes" in self:
            s = s.replace("“", self["quotes"][0]).replace("”", self["quotes"][-1])
        if "numbering" in self:
            s = NUMBERING[self["numbering"]](s)
        return self.text(s)

    def head(self, s):
        return s + "（万元）" if s == "采购总金额" and "yuan" not in self else s

    def value(self, key, n):
        """The cell as typed for a figure."""
        if n is None or isinstance(n, str):
            return n
        table, _, dim = key[-3:]
        if dim == "amount":
            n = f"{n}元" if "yuan" in self else n // 10000 if n % 10000 == 0 else n / 10000
            return str(n) if "text" in self else n
        if n == 0 and "zero" in self and not (self["zero"] == "" and table != "table3"):
            return self["zero"].replace("_", " ") or None
        if dim == "items_change" and "signs" in self and n > 0:
            return f"+{n}"
        if "thousands" in self and abs(n) >= 1000:
            return f"{n:,}"
        if "unit" in self and table in ("table3", "table4"):
            return f"{n}件"
        if "full" in self:
            return str(n).translate(FULL)
        return str(n) if "text" in self else n


# ------------------------------------------------------------------------------------------------ sheets and layouts
@dataclass
class Formula:
    text: str
    cached: object


@dataclass
class Sheet:
    name: str
    cells: dict = field(default_factory=dict)
    merges: list = field(default_factory=list)
    refs: dict = field(default_factory=dict)  # figure key -> (row, column)

    def put(self, r, c, value, rows=1, cols=1):
        if value is not None:
            self.cells[r, c] = value
        if rows * cols > 1:
            self.merges.append((r, c, r + rows - 1, c + cols - 1))

    def figure(self, r, c, key, fig, dirt):
        if key in fig:
            self.refs[key] = (r, c)
            self.put(r, c, dirt.value(key, fig[key]))

    def size(self):
        ends = list(self.cells) + [m[2:] for m in self.merges]
        return max(r for r, _ in ends) + 1, max(c for _, c in ends) + 1


def letter(c):
    return (letter(c // 26 - 1) if c > 25 else "") + chr(65 + c % 26)


def a1(r, c):
    return f"{letter(c)}{r + 1}"


def lay_table2(sh, top, left, form, fig, d):
    """Official: block title over its own head. `side`: block titles in a column of their own."""
    side, r = "side" in d, top
    for title, cols, rows in T2[form]:
        if side:
            sh.put(r, left, d.label(title), rows=len(rows) + 1)
        else:
            sh.put(r, left, d.label(title), cols=4)
            r += 1
        c0 = left + side
        sh.put(r, c0, d.label("信息内容"))
        for j, (_, label) in enumerate(cols):
            sh.put(r, c0 + 1 + j, d.label(d.head(label)))
        for row, label in rows:
            r += 1
            sh.put(r, c0, d.label(label))
            for j, (col, _) in enumerate(cols):
                sh.figure(r, c0 + 1 + j, ("table2", row, col), fig, d)
        r += 1
    return r


def lay_table3(sh, top, left, form, fig, d, drop="", extra=None, short_range=False):
    labels, head = int(d.get("labels", 3)), int(d.get("head", 3))
    c0 = left + labels
    corner = "项目" if head == 1 else "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    sh.put(top, left, d.text(corner), rows=head, cols=labels)
    r = top
    if head == 3:
        sh.put(r, c0, d.label("申请人情况"), cols=7)
        r += 1
    if head > 1:
        sh.put(r, c0 + 1, d.label("法人或其他组织"), cols=5)
    for j, (_, label) in enumerate(COLUMNS):
        alone = head > 1 and j in (0, 6)
        sh.put(r if alone or head == 1 else r + 1, c0 + j, d.label(label), rows=2 if alone else 1)
    r += 2 if head > 1 else 1
    first, seen, indent = r, {}, "　" if "indent" in d else ""
    for code, path in T3[form]:
        if code == drop:
            continue
        if labels < 3:  # what has no column of its own gets a caption row
            for depth, group in enumerate(path[:-1]):
                if group not in seen and (labels == 1 or depth == 0):
                    sh.put(r, left, indent * depth + d.label(group), cols=1 if labels == 1 else 9)
                    seen[group] = r
                    r += 1
        if labels == 1:
            sh.put(r, left, indent * (len(path) - 1) + d.label(path[-1]))
        elif labels == 2:
            if len(path) == 3 and path[1] not in seen:
                seen[path[1]] = r
                sh.put(r, left, d.label(path[1]), rows=sum(p[:2] == path[:2] and k != drop for k, p in T3[form]))
            sh.put(r, left + (len(path) == 3), d.label(path[-1]), cols=1 if len(path) == 3 else 2)
        else:
            for depth, label in enumerate(path):
                last = depth == len(path) - 1
                if last or label not in seen:
                    seen[label] = r
                    same = 1 if last else sum(p[:depth + 1] == path[:depth + 1] and k != drop for k, p in T3[form])
                    sh.put(r, left + depth, d.label(label), rows=same, cols=3 - depth if last else 1)
        for j, dim in enumerate(DIMS):
            sh.figure(r, c0 + j, ("table3", code, dim), fig, d)
        r += 1
    if extra:
        sh.put(r, left, d.label(extra[0]), cols=labels)
        for j, n in enumerate(extra[1]):
            sh.put(r, c0 + j, n)
        sh.refs["extra"] = (r, left)
        r += 1
    if "formula" in d:  # totals are live formulas that carry their cached values
        for key in [k for k in sh.refs if k[0] == "table3" and "total" in k[1] + k[2]]:
            rr, c = sh.refs[key]
            if key[2] == "total":
                text = f"SUM({a1(rr, c0)}:{a1(rr, c0 + 5)})"
            else:
                start, end = (sh.refs["table3", k, key[2]][0] for k in (LEAVES[form][0], LEAVES[form][-1]))
                text = f"SUM({a1(start, c)}:{a1(end - short_range, c)})"
            sh.cells[rr, c] = Formula("SUM(#REF!)", "#REF!") if fig[key] == "#REF!" else Formula(text, fig[key])
    return r


def lay_table4(sh, top, left, form, fig, d):
    sh.put(top, left, d.label("行政复议"), rows=1, cols=5)
    sh.put(top, left + 5, d.label("行政诉讼"), cols=10)
    for i, (block, path) in enumerate(BLOCKS):
        c = left + 5 * i
        if i:
            sh.put(top + 1, c, d.label(path[1]), cols=5)
        for j, (part, label) in enumerate(PARTS):
            sh.put(top + (2 if i else 1), c + j, d.label(label), rows=1 if i else 2)
            sh.figure(top + 3, c + j, ("table4", block, part), fig, d)
            if part == "total" and "formula" in d:
                sh.cells[top + 3, c + j] = Formula(f"SUM({a1(top + 3, c)}:{a1(top + 3, c + 3)})", fig["table4", block, part])
    return top + 4


def lay_channels(sh, top, left, fig, d):
    heads = (["序号"] if "serial" in d else []) + ["指标", "计量单位" if "serial" in d else "单位", "数量"]
    for j, head in enumerate(heads):
        sh.put(top, left + j, d.label(head))
    r = top
    for key in [k for k in fig if k[0] == "channels"]:
        r += 1
        label, unit = CHANNELS.get(key[1]) or (key[1], UNKNOWN_CATEGORIES[key[1]])
        if "serial" in d:
            sh.put(r, left, r - top)
        sh.put(r, left + len(heads) - 3, d.label(label))
        sh.put(r, left + len(heads) - 2, unit)
        sh.figure(r, left + len(heads) - 1, key, fig, d)
    return r + 1


def lay_lines(sh, r, left, d, name, year, subject="政府信息公开工作年度报告统计表"):
    """Title and 填报单位 line, as far as the file names its agency and year in the sheet."""
    who, when = d.get("who", "title"), d.get("when", "title")
    title = (name if who == "title" else "") + (f"{year}年" if when == "title" else "") + subject
    sh.put(r, left, d.text(title), cols=8)
    r += 1
    if who == "line":
        sh.put(r, left, d.text(f"填报单位：{name}"), cols=4)
    elif who == "cells":
        sh.put(r, left, d.text("填报单位"))
        sh.put(r, left + 1, d.text(name))
    if when == "line":
        sh.put(r, left + 4, d.text(f"报告年度：{year}年"))
    if "unit_row" in d:
        sh.put(r, left + 6, d.text("单位：件"))
    return r + (who in ("line", "cells") or when == "line" or "unit_row" in d)


def lay_return(f):
    """The sheets of an ordinary return."""
    d, name, year = f.dirt, f.said_name or ROSTER[f.agency].name, f.said_year or f.year
    dr, left = (int(x) for x in d.get("at", "0,0").split(","))
    tables = [t for t in ("table2", "table3", "table4") if f.form and t != f.drop]
    split = {"one": [tables], "three": [[t] for t in tables], "two": [[t for t in tables if t != "table3"], ["table3"]]}[f.arrange]
    names = {"one": ["统计表"], "two": ["主动公开和复议诉讼", "依申请公开"]}.get(f.arrange) or (
        ["表二 主动公开", "表三 依申请公开", "表四 复议诉讼"] if "named" in d else ["Sheet1", "Sheet2", "Sheet3"])
    sheets, channel_rows = [], any(k[0] == "channels" for k in f.fig)
    for i, group in enumerate(split if f.form else []):
        sh = Sheet(d.text(names[i]))
        r = dr
        if i == 0 or "repeat" in d:
            r = lay_lines(sh, r, left, d, name, year)
        for t in group:
            if "gaps" in d:
                r += 1
            sh.put(r, left, d.label(TITLES[t]), cols=8)
            r += 1 + ("gaps" in d)
            options = dict(drop=f.drop, extra=f.extra, short_range=f.short_range) if t == "table3" else {}
            r = {"table2": lay_table2, "table3": lay_table3, "table4": lay_table4}[t](sh, r, left, f.form, f.fig, d, **options)
            r += len(group) > 1
        if channel_rows and "below" in d:
            sh.put(r, left, d.text("五、" + CHANNEL_TITLE), cols=8)
            r = lay_channels(sh, r + 1, left, f.fig, d) + 1
        if "foot" in d:
            sh.put(r, left, d.text(f"填报人：王某某    联系电话：0511-87260012    填报日期：{year + 1}年1月1{i + 2}日"), cols=8)
            sh.put(r + 1, left, d.text("注：1.本表数据统计期限为1月1日至12月31日；2.同一申请涉及3项以上内容的按1件计。"), cols=8)
        sheets.append(sh)
    if channel_rows and not (f.form and "below" in d):
        sh = Sheet(d.text("渠道与咨询" if f.form else "Sheet1"))
        r = lay_lines(sh, dr, left, d, name, year, CHANNEL_TITLE + "统计表")
        lay_channels(sh, r, left, f.fig, d)
        sheets.append(sh)
    if "empties" in d:
        sheets += [Sheet("Sheet2", {(0, 0): None}), Sheet("Sheet3", {(0, 0): None})]
    return sheets


REGISTER = ["portal.total", "wechat.posts", "inquiries", "complaints"]


def lay_register(f):
    """One row per agency; keys of the figures carry the agency."""
    sh = Sheet("汇总")
    sh.put(0, 0, "各镇（街道）政府信息公开渠道与咨询情况汇总表", cols=7)
    for j, head in enumerate(["序号", "单位名称", "年度"] + [CHANNELS[c][0] for c in REGISTER]):
        sh.put(1, j, head)
    for i, key in enumerate(f.members):
        for j, cell in enumerate([i + 1, ROSTER[key].aliases[0], f.year]):
            sh.put(2 + i, j, cell)
        for j, code in enumerate(REGISTER):
            sh.figure(2 + i, 3 + j, (key, "channels", code, ""), {(key, "channels", code, ""): f.fig[key, "channels", code, ""]}, Dirt(""))
    if "sum" in f.dirt:
        sh.put(2 + len(f.members), 1, "合计")
        for j, code in enumerate(REGISTER):
            sh.put(2 + len(f.members), 3 + j, sum(f.fig[k, "channels", code, ""] for k in f.members))
    return [sh]


def lay_tidy(f):
    """One row per figure, by codes or by printed labels."""
    sh, r = Sheet("Sheet1"), 0
    labels = {("table2", row): label for _, _, rows in T2[f.form] for row, label in rows}
    labels |= {("table2", col): label for _, cols, _ in T2[f.form] for col, label in cols}
    labels |= {("table3", code): path[-1] for code, path in T3[f.form]} | {("table3", "dim", c): label for c, label in COLUMNS}
    labels |= {("table4", b): path[-1] for b, path in BLOCKS} | {("table4", c): label for c, label in PARTS}
    for j, head in enumerate(["单位", "年度", "指标", "对象", "数值"]):
        sh.put(0, j, head)
    for key, n in f.fig.items():
        r += 1
        table, ind, dim = key
        if "labels" in f.dirt:
            ind, dim = labels[table, ind], labels.get((table, "dim", dim)) or labels[table, dim]
        for j, cell in enumerate([ROSTER[f.agency].name, f.year, ind, dim]):
            sh.put(r, j, cell)
        # money carries its unit in the cell: a long file has no head that could say it
        sh.refs[key] = (r, 4)
        sh.put(r, 4, f"{n}元" if key[2] == "amount" else n)
    return [sh]


# ------------------------------------------------------------------------------------------------ formats
def rezip(data, edit=lambda name, body: body):
    """The same archive with constant timestamps; `edit` may change a member."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as src, zipfile.ZipFile(out, "w") as dst:
        names = src.namelist()
        for name in sorted(names, key=lambda n: n != "mimetype"):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 0, 0
            dst.writestr(info, edit(name, src.read(name)))
    return out.getvalue()


def write_xlsx(sheets):
    import openpyxl
    from openpyxl.styles import Alignment, Border, Side
    book, border = openpyxl.Workbook(), Border(*[Side("thin")] * 4)
    book.remove(book.active)
    for sh in sheets:
        ws = book.create_sheet(sh.name)
        for (r, c), v in sh.cells.items():
            cell = ws.cell(r + 1, c + 1, "=" + v.text if isinstance(v, Formula) else v)
            if v is not None:
                cell.alignment, cell.border = Alignment("center", "center", wrap_text=isinstance(v, str) and len(v) < 40), border
        wide = {m[:2] for m in sh.merges if m[1] != m[3]}
        for c in range(sh.size()[1]):
            longest = max([len(shown(v)) for rc, v in sh.cells.items() if rc[1] == c and rc not in wide] or [4])
            ws.column_dimensions[letter(c)].width = min(40, 2 * longest + 3)
        for r1, c1, r2, c2 in sh.merges:
            ws.merge_cells(start_row=r1 + 1, start_column=c1 + 1, end_row=r2 + 1, end_column=c2 + 1)
    raw = io.BytesIO()
    book.save(raw)

    def edit(name, body):
        text = body.decode()
        if name == "docProps/core.xml":
            text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", FIXED, text)
        m = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
        if m:  # openpyxl writes no cached values: put them in
            for (r, c), v in sheets[int(m[1]) - 1].cells.items():
                if isinstance(v, Formula):
                    kind = ' t="e"' if v.cached == "#REF!" else ""
                    text, n = re.subn(rf'<c r="{a1(r, c)}"( s="\d+")?[^>]*><f>([^<]*)</f><v ?/?>(</v>)?</c>',
                                      rf'<c r="{a1(r, c)}"\1{kind}><f>\2</f><v>{v.cached}</v></c>', text)
                    assert n == 1, (name, a1(r, c))
        return text.encode()
    return rezip(raw.getvalue(), edit)


def write_xls(sheets):
    import xlwt
    book = xlwt.Workbook(encoding="utf-8")
    for sh in sheets:
        ws = book.add_sheet(sh.name)
        spans = {m[:2]: m for m in sh.merges}
        for rc, v in sh.cells.items():
            if rc in spans:
                r1, c1, r2, c2 = spans[rc]
                ws.write_merge(r1, r2, c1, c2, v)
            elif v is not None:
                ws.write(*rc, v)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def write_ods(sheets):
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import CoveredTableCell, Table, TableCell, TableRow
    from odf.text import P
    book = OpenDocumentSpreadsheet()
    for sh in sheets:
        table = Table(name=sh.name)
        rows, cols = sh.size()
        spans = {m[:2]: m for m in sh.merges}
        covered = {(r, c) for r1, c1, r2, c2 in sh.merges for r in range(r1, r2 + 1) for c in range(c1, c2 + 1)} - set(spans)
        for r in range(rows):
            tr = TableRow()
            for c in range(cols):
                v, more = sh.cells.get((r, c)), {}
                if isinstance(v, Formula):
                    more["formula"] = "of:=" + re.sub(r"([A-Z]+\d+):([A-Z]+\d+)", r"[.\1:.\2]", v.text)
                    v = v.cached
                if (r, c) in spans:
                    r1, c1, r2, c2 = spans[r, c]
                    more |= dict(numberrowsspanned=r2 - r1 + 1, numbercolumnsspanned=c2 - c1 + 1)
                if v is not None and not isinstance(v, str):
                    more |= dict(valuetype="float", value=v)
                elif v is not None:
                    more |= dict(valuetype="string")
                cell = (CoveredTableCell if (r, c) in covered else TableCell)(**more)
                for line in str(v).split("\n") if v is not None else []:
                    cell.addElement(P(text=line))
                tr.addElement(cell)
            table.addElement(tr)
        book.spreadsheet.addElement(table)
    raw = io.BytesIO()
    book.write(raw)
    return rezip(raw.getvalue(), lambda name, body: re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", FIXED[:-1].encode(), body))


def shown(v):
    return "" if v is None else str(v.cached if isinstance(v, Formula) else v)


def write_text(sheets, encoding="utf-8", delimiter=","):
    out = io.StringIO()
    rows, cols = sheets[0].size()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(
        [shown(sheets[0].cells.get((r, c))) for c in range(cols)] for r in range(rows))
    bom = b"\xff\xfe" if encoding == "utf-16-le" else b""
    return bom + out.getvalue().encode(encoding)


WRITERS = {"xlsx": write_xlsx, "xls": write_xls, "ods": write_ods,
           "csv-bom": lambda s: write_text(s, "utf-8-sig"), "csv-utf8": write_text, "csv-gb18030": lambda s: write_text(s, "gb18030"),
           "csv-utf16": lambda s: write_text(s, "utf-16-le"), "tsv-utf16": lambda s: write_text(s, "utf-16-le", "\t")}
FORMAT_WORDS = {"xlsx": "xlsx", "xls": "xls（BIFF8）", "ods": "ods", "csv-bom": "csv，UTF-8 带 BOM", "csv-utf8": "csv，UTF-8",
                "csv-gb18030": "csv，GB18030", "csv-utf16": "csv，UTF-16LE 带 BOM", "tsv-utf16": "制表符分隔，UTF-16LE 带 BOM"}


def locked_workbook():
    """An OLE file as Excel writes it for a workbook with a password: EncryptionInfo and EncryptedPackage."""
    rng = random.Random(SEED + "/password")
    info = b"\x04\x00\x04\x00\x40\x00\x00\x00" + (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption">'
        '<keyData saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512"/>'
        '</encryption>').encode().ljust(4088)
    package = (9000).to_bytes(8, "little") + rng.randbytes(9008)
    streams = [("EncryptionInfo", info), ("EncryptedPackage", package)]
    fat, body = [0xFFFFFFFD, 0xFFFFFFFE], b""  # sector 0: the FAT itself, sector 1: the directory

    def entry(name, kind, child, right, start, size):
        raw = (name + "\0").encode("utf-16-le")
        ids = b"".join(x.to_bytes(4, "little") for x in (0xFFFFFFFF, right, child))
        return raw.ljust(64, b"\0") + len(raw).to_bytes(2, "little") + bytes([kind, 1]) + ids + bytes(36) + start.to_bytes(4, "little") + size.to_bytes(8, "little")
    entries = [entry("Root Entry", 5, 1, 0xFFFFFFFF, 0xFFFFFFFE, 0)]
    for i, (name, data) in enumerate(streams):
        start, n = len(fat), -(-len(data) // 512)
        fat += list(range(start + 1, start + n)) + [0xFFFFFFFE]
        body += data.ljust(n * 512, b"\0")
        entries.append(entry(name, 2, 0xFFFFFFFF, 2 if i == 0 else 0xFFFFFFFF, start, len(data)))
    entries.append(bytes(68) + b"\xff" * 12 + bytes(48))
    words = [0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0] + [0xFFFFFFFF] * 108
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + bytes.fromhex("3e000300feff09000600") + bytes(6)
    head += b"".join(w.to_bytes(4, "little") for w in words)
    assert len(head) == 512 and len(fat) <= 128
    return head + b"".join(w.to_bytes(4, "little") for w in fat + [0xFFFFFFFF] * (128 - len(fat))) + b"".join(entries) + body


def lock_file():
    name = "王某某"
    return (bytes([len(name)]) + name.encode("gb18030")).ljust(55, b" ") + (len(name).to_bytes(2, "little") + name.encode("utf-16-le")).ljust(110, b" ")


PDF = (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
       b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n"
       b"0000000054 00000 n \n0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n168\n%%EOF\n")


def plain_list(title, heads, rows):
    sh = Sheet("Sheet1")
    sh.put(0, 0, title, cols=len(heads))
    for r, row in enumerate([heads] + rows):
        for c, v in enumerate(row):
            sh.put(1 + r, c, v)
    return [sh]


ATTENDANCE = plain_list("政务公开工作推进会签到表", ["序号", "姓名", "单位", "职务", "联系电话"],
                        [[1, "张某", "某某局", "科员", "87260001"], [2, "李某", "某某镇", "主任", "87260002"], [3, "陈某", "某某街道", "副主任", "87260003"]])
DUTY = plain_list("国庆假期值班安排表", ["日期", "带班领导", "值班人员", "值班电话"],
                  [["10月1日", "赵某", "钱某", "87261001"], ["10月2日", "孙某", "周某", "87261001"], ["10月3日", "吴某", "郑某", "87261001"]])

# ------------------------------------------------------------------------------------------------ files and planted defects
LEVELS = [("note", "return.duplicate file.skipped"), ("query", "R3.carry R2.public_total value.approximate value.blank_total who.conflict who.year_conflict "
          "layout.unknown_label layout.missing_row layout.missing_table return.superseded file.not_a_return")]


def level(rule):
    return next((lv for lv, rules in LEVELS if any(rule == x or rule.startswith(x + ".") for x in rules.split())), "error")


@dataclass
class Plant:
    """One planted defect: `cell` (table/indicator:dimension) becomes `put`; `rules` are all the findings it must raise."""
    rules: str
    note: str
    cell: str = ""
    put: object = None
    agency: str = None  # when the findings name another agency than the file's
    touched: list = field(default_factory=list)  # the figures that were made wrong

    def key(self):
        table, rest = self.cell.split("/")
        ind, _, dim = rest.partition(":")
        return table, ind, dim


@dataclass
class File:
    year: int
    agency: str
    path: str
    format: str
    arrange: str
    dirt: Dirt
    plants: list = field(default_factory=list)
    form: str = ""
    fig: dict = field(default_factory=dict)
    said_name: str = ""
    said_year: int = 0
    drop: str = ""
    extra: tuple = None
    short_range: bool = False
    counted: bool = True
    members: list = field(default_factory=list)
    data: bytes = b""
    sheets: list = field(default_factory=list)
    channels_form: bool = False


FILES = []


def add(year, agency, name, fmt="xlsx", arrange="one", dirt="", plants=(), form=None, with_channels=(), base=(), **more):
    """An official return, with a channels table when `with_channels` lists its extra categories."""
    form = form or ("gk2019" if year == 2020 else "gk2021")
    fig = official(agency, year, form) | {("table2",) + tuple(k.split(":")): n for k, n in dict(base).items()}
    if with_channels != ():
        fig |= channels(agency, year, with_channels or ())
    FILES.append(File(year, agency, f"{year}/{name}", fmt, arrange, Dirt(dirt), list(plants), form, fig, **more))


def add_channels(year, agency, name, fmt="xlsx", dirt="", plants=(), extra=()):
    FILES.append(File(year, agency, f"{year}/{name}", fmt, "one", Dirt(dirt), list(plants), "", channels(agency, year, extra), channels_form=True))


def add_raw(year, agency, name, data, *plants):
    FILES.append(File(year, agency, f"{year}/{name}", "raw", "raw", Dirt(""), list(plants), data=data, counted=False))


def add_register(year, name, fmt, members, dirt=""):
    fig = {(m,) + k: n for m in members for k, n in channels(m, year).items()}
    FILES.append(File(year, "", f"{year}/{name}", fmt, "register", Dirt(dirt), fig=fig, members=members, channels_form=True))


def change(fn):
    """A planted change that depends on the true figure."""
    return fn


def swap_digits(n):
    s = str(n)
    assert len(s) > 1 and s[-1] != s[-2], n
    return int(s[:-2] + s[-1] + s[-2])


def specify():
    p = Plant
    # ---- 2020, form gk2019
    y = 2020
    add(y, "zfb", "市政府办公室2020年政府信息公开工作年度报告统计表.xlsx", dirt="foot", with_channels=None)
    add(y, "fgw", "01-发改委.xls", "xls", "three", "labels=2 text who=line repeat", [
        p("value.text", "许可处理决定数量把 108 打成“1o8”（字母 o）", "table2/licence:decisions", "1o8")], base={"licence:decisions": 108})
    add(y, "jyj", "教育局2020年信息公开统计表.xlsx", arrange="three", dirt="labels=2 head=2 named", plants=[
        p("R4.review", "行政复议总计比四项之和多 1（{old}→{new}）", "table4/review:total", change(lambda n: n + 1))])
    add(y, "gxj", "工信局.csv", "csv-bom", dirt="labels=1 head=3 indent who=line when=line")
    add(y, "gaj", "公安局2020年报表.xlsx", dirt="formula breaks signs")
    add(y, "mzj", "民政局2020年信息公开年报.xlsx", arrange="two", dirt="labels=3 zero=/ unit_row")
    add_raw(y, "mzj", "民政局2020年信息公开年报_副本.xlsx", b"copy", p("return.duplicate", "与 民政局2020年信息公开年报.xlsx 逐字节相同"))
    add(y, "sfj", "司法局2020年度政府信息公开统计表.ods", "ods", "three", "labels=3 total=合计", [
        p("value.fraction", "件数出现小数 35.5", "table2/penalty:decisions", 35.5)])
    add(y, "czj", "财证局2020年年报数据.xlsx", dirt="who=cells", said_name="句容市财证局", counted=False, plants=[
        p("who.unknown_agency", "单位写成“句容市财证局”，名册无此单位，应提示 句容市财政局", agency="")])
    add(y, "rsj", "人社局2020年政府信息公开数据.xlsx", dirt="labels=2 head=2 zero=/ at=1,0 below serial", with_channels=["视频号发布信息"])
    add(y, "zgj", "自然资源和规划局(2020年).xlsx", dirt="zero= numbering=half thousands foot")
    add(y, "sthjj", "生态环境局2020.xls", "xlsx", dirt="elsewise total=小计 numbering=comma")
    add(y, "zjj", "住建局2020年政府信息公开统计表.xlsx", plants=[
        p("R3.row.granted R3.sum.natural_person", "予以公开·自然人多 6（{old}→{new}）", "table3/granted:natural_person", change(lambda n: n + 6))])
    add(y, "jtj", "交通运输局.xlsx", dirt="at=3,2 gaps when=folder labels=2 empties")
    add(y, "slj", "水利局2020年报送.xlsx", arrange="three", dirt="labels=1 head=1", drop="table4", plants=[
        p("layout.missing_table", "只报了表二、表三，缺表四（行政复议、行政诉讼）", "table4/")])
    add(y, "nyj", "农业农村局2020年统计表.xlsx", dirt="labels=3 signs yuan side", plants=[
        p("R2.public_total.normative", "规范性文件本年新公开数量大于对外公开总数量（{old}→{new}）", "table2/normative:published", change(lambda n: n + 40))])
    add(y, "swj", "商务局2020年政务公开统计表.xlsx", arrange="two", dirt="who=line", with_channels=None, plants=[
        p("C.portal", "政府门户网站合计比各分项之和多 10（{old}→{new}）", "channels/portal.total:", change(lambda n: n + 10))])
    add(y, "wgl", "文广旅局-2020年度.csv", "csv-gb18030", dirt="labels=3 breaks who=line")
    add(y, "wjw", "卫健委2020年统计表.xlsx", dirt="full labels=2 person=公民")
    add(y, "tyj", "退役军人局2020.ods", "ods", dirt="labels=1 head=2 who=file when=file zero=—")
    add(y, "yjj", "应急管理局2020年政府信息公开统计表.xlsx", dirt="breaks elsewise total=合计 quotes=\"\"")
    add(y, "sjj", "审计局.csv", "csv-utf16", dirt="labels=2 head=2 who=title")
    add(y, "scj", "市场监管局2020年年报统计.xls", "xls", dirt="labels=3 unit_row", plants=[
        p("R3.sum.natural_person R3.sum.business", "本机关不掌握：自然人与商业企业两格填反（{old}↔{new}）", "table3/unable.not_held:natural_person",
          "table3/unable.not_held:business")])
    add(y, "tjj", "统计局2020年政府信息公开统计表.xlsx", dirt="labels=3 zero=0 foot")
    add_channels(y, "tjj", "句容市統計局2020年信息公開情況統計表.xlsx", dirt="trad who=line", plants=[
        p("value.approximate", f"约数 {SEED_REPORT[c]}（真实年报原文）", f"channels/{c}:", SEED_REPORT[c]) for c in
        ("adopted.province", "adopted.prefecture", "adopted.own_site", "adopted.city_portal", "news.analyses", "news.work")])
    add_raw(y, "ybj", "医保局2020年政府信息公开统计表.xlsx", b"truncated", p("file.refused", "xlsx 传输中断，只剩前一半"))
    add(y, "spj", "行政审批局2020年统计表.xlsx", dirt="numbering=circ labels=3 below", with_channels=["抖音号发布信息"])
    add(y, "cgj", "城管局2020年信息公开统计.xls", "xls", "three", "labels=3 named", [
        p("value.negative", "行政强制处理决定数量为负数 -12", "table2/coercion:decisions", -12)])
    add(y, "cgdd", "城管执法大队2020年.xlsx", dirt="zero=无 labels=2")
    add(y, "sbzx", "社保中心2020年报.csv", "csv-utf8", dirt="labels=1 head=1 who=file when=file")
    add(y, "bdc", "不动产登记中心2020年.xlsx", dirt="spaced at=0,1 zero=０")
    add(y, "hyjd", "镇街道/华阳街道2020年.xlsx", arrange="three", dirt="labels=3 repeat")
    add(y, "hmjd", "镇街道/黄梅街道2020年信息公开.xlsx", dirt="labels=1 head=2 zero=零")
    add(y, "xsz", "镇街道/下蜀镇.xls", "xls", dirt="labels=2 when=folder who=file")
    add(y, "bhz", "镇街道/宝华镇2020年统计表.xlsx", drop="denied.third_party", plants=[
        p("layout.missing_row", "表三缺“4.保护第三方合法权益”一行（该行各数均为 0）", "table3/denied.third_party:")])
    add_raw(y, "bcz", "镇街道/边城镇2020年政府信息公开统计表.xlsx", PDF, p("file.refused", "PDF 改名为 .xlsx"))
    add(y, "btz", "镇街道/白兔镇2020.xlsx", dirt="who=cells labels=2 head=1")
    add(y, "msz", "镇街道/茅山镇2020年信息公开统计.csv", "csv-bom", dirt="labels=2 who=line")
    add(y, "hbz", "镇街道/后白镇2020年度.ods", "ods", "two", "labels=3 formula named")
    add(y, "twz", "镇街道/天王镇2020年.csv", "csv-bom", "tidy", "codes")
    add(y, "gzz", "镇街道/郭庄镇2020年导出.ods", "ods", dirt="labels=3 zero=")
    add_register(y, "镇街道/各镇街道信息公开情况汇总表.xlsx", "xlsx", ["xsz", "bhz", "btz", "hbz", "twz", "gzz"])
    add_channels(y, "jyj", "教育局2020年渠道与咨询情况.xlsx", dirt="serial who=cells", extra=["视频号发布信息"])
    add_channels(y, "wjw", "卫健委2020年渠道咨询统计.csv", "csv-gb18030", "who=line")
    add_channels(y, "gaj", "公安局2020年信息公开渠道统计.xls", "xls", "text at=1,1", extra=["抖音号发布信息"])
    WRITE_RAW["2020/2020年国庆值班表.xls"] = lambda: write_xls(DUTY)
    add_raw(y, "", "2020年国庆值班表.xls", b"duty", p("file.not_a_return", "误交的值班表"))

    # ---- 2021, form gk2021
    y = 2021
    add(y, "zfb", "市政府办公室2021年政府信息公开统计表.xlsx", dirt="foot", with_channels=["视频号发布信息"],
        extra=("五、其中：通过网上渠道提交的申请数量", [35, 8, 0, 0, 2, 1, 46]), plants=[
        p("layout.unknown_label", "表三末尾自加一行“五、其中：通过网上渠道提交的申请数量”，规则库无此指标", "table3/extra")])
    add(y, "fgw", "发改委2021年政府信息公开统计表.xlsx", arrange="three", dirt="short labels=3 named", plants=[
        p("R3.row.granted R3.sum.total", "予以公开·总计多打一个 0（{old}→{new}）", "table3/granted:total", change(lambda n: n * 10))])
    add(y, "jyj", "03-教育局.xls", "xls", dirt="labels=2 head=2 short who=line", plants=[
        p("R3.row.carried_out R3.flow.total", "结转下年度·总计少 1（{old}→{new}）", "table3/carried_out:total", change(lambda n: n - 1))])
    add(y, "kjj", "科技局2021年年报.xlsx", dirt="labels=1 head=3 indent numbering=none")
    add(y, "gxj", "工信局2021.csv", "csv-gb18030", dirt="labels=3 short who=line")
    add(y, "gaj", "公安局2021年政府信息公开统计表.xlsx", dirt="breaks numbering=half", plants=[
        p("R3.row.new_received R3.flow.natural_person", "本年新收·自然人数字颠倒（{old}→{new}）", "table3/new_received:natural_person", change(swap_digits))])
    add(y, "mzj", "民政局2021年政府信息公开统计表.xlsx", said_year=2020, plants=[
        p("who.year_conflict", "沿用上年模板，标题仍写 2020 年；文件名、文件夹和表式都是 2021 年，按 2021 年计")])
    add(y, "sfj", "司法局2021年度政府信息公开统计表.ods", "ods", "three", "formula labels=3 short named")
    add(y, "czj", "财政局2021年政府信息公开统计表.xlsx", dirt="formula unit_row")
    add_raw(y, "", "~$财政局2021年政府信息公开统计表.xlsx", lock_file(), p("file.skipped", "Excel 锁定文件"))
    add(y, "rsj", "人社局2021年政府信息公开数据.xlsx", dirt="labels=2 head=2 zero=/ below serial", with_channels=None, plants=[
        p("R3.carry.natural_person R3.carry.total", "上年结转·自然人与 2020 年结转下年度不符（{old}→{new}），新收相应减 1，本表内部平衡",
          "table3/carried_in:natural_person", "carry")])
    add(y, "zgj", "自然资源和规划局2021年年报统计表.xlsx", dirt="zero= thousands", plants=[
        p("R3.row.processed_total R3.sum.business R3.flow.business", "（七）总计·商业企业多 3（{old}→{new}）", "table3/processed_total:business",
          change(lambda n: n + 3))])
    add(y, "sthjj", "生态环境局2021.ods", "ods", dirt="labels=2 breaks zero=-")
    add(y, "zjj", "住建局2021年政府信息公开统计表.xlsx", dirt="formula", short_range=True, plants=[
        p("SHORT", "（七）总计的求和公式少选最后一行“3.其他”", "table3/processed_total:natural_person", "short")])
    add(y, "jtj", "交通运输局2021年统计表.xlsx", dirt="at=2,1 gaps", plants=[
        p("value.blank_total", "分项已填，总计空着", f"table4/{b}:total", None) for b, _ in BLOCKS])
    add(y, "slj", "水利局2021年.csv", "csv-bom", dirt="labels=2 who=line short")
    add(y, "nyj", "农业农村局2021年统计表.xls", "xls", dirt="labels=3 side", plants=[
        p("value.approximate", "许可决定数量填“300多”", "table2/licence:decisions", "300多")])
    add(y, "swj", "商务局2021年政府信息公开年报.xlsx", dirt="labels=3 text", with_channels=["政务公开栏张贴"])
    add(y, "sjj", "商务局政府信息公开统计表2021.xlsx", dirt="who=line labels=2", plants=[
        p("who.conflict", "文件名写商务局，表内填报单位是句容市审计局（以表内为准；商务局另有一份）")])
    add(y, "wgl", "文旅局2021年政府信息公开统计表.xlsx", dirt="breaks", plants=[
        p("value.text", "本机关不掌握·自然人填“见附件”", "table3/unable.not_held:natural_person", "见附件")])
    add(y, "wjw", "卫健委2021年统计表.xlsx", dirt="full labels=2", counted=False, base={"licence:decisions": 211}, plants=[
        p("return.superseded", "后来另交了更正版，以更正版为准")])
    add(y, "wjw", "卫健委2021年统计表（更正）.xlsx", dirt="full labels=2", base={"licence:decisions": 217})
    add(y, "tyj", "退役军人事务局2021.tsv", "tsv-utf16", dirt="labels=1 head=2 who=file when=file")
    add_raw(y, "yjj", "应急管理局2021年政府信息公开统计表.xlsx", b"", p("file.refused", "空文件（0 字节）"))
    add(y, "tjj", "统计局2021年政府信息公开统计表.xlsx", dirt="trad labels=3 short")
    add_channels(y, "tjj", "统计局2021年渠道与咨询统计表.csv", "csv-bom", "who=line serial")
    add(y, "scj", "市场监管局2021年年报统计.xlsx", dirt="formula labels=3", plants=[
        p("value.error_cell", "（七）总计·总计的公式引用失效，显示 #REF!", "table3/processed_total:total", "#REF!")])
    add(y, "ybj", "医保局2021年政府信息公开统计表.xlsx", dirt="spaced elsewise numbering=circ short")
    add(y, "spj", "行政审批局2021年.xls", "xlsx", "two", "labels=2 quotes=「」 total=小计 person=个人", with_channels=None)
    add(y, "cgj", "城管局2021年信息公开统计.xlsx", dirt="unit labels=3", plants=[
        p("R4.suit_direct", "未经复议直接起诉·结果维持多 1（{old}→{new}）", "table4/suit_direct:upheld", change(lambda n: n + 1))])
    add(y, "cgdd", "城管执法大队2021年.xls", "xls", dirt="labels=1 head=3 zero=无")
    add(y, "bdc", "不动产登记中心2021年.xlsx", dirt="who=file at=1,1 labels=2 head=2")
    add(y, "jkzx", "疾控中心2021年信息公开统计.xlsx", arrange="three", dirt="who=line repeat labels=3")
    add(y, "hyjd", "镇街道/华阳街道.xlsx", dirt="when=folder labels=3")
    add(y, "cmjd", "镇街道/崇明街道2021年.xlsx", dirt="labels=2 short numbering=comma")
    add(y, "xsz", "镇街道/下蜀镇2021年.xls", "xls", dirt="labels=2", form="gk2019", plants=[
        p("form.year", "2021 年仍用 2019 年试行表式填报")])
    add(y, "bhz", "镇街道/宝华镇2021年统计表.ods", "ods", dirt="labels=1 head=1 short")
    add(y, "bcz", "镇街道/边城镇2021年.csv", "csv-utf8", dirt="labels=3 who=line")
    add(y, "btz", "镇街道/附件2.xlsx", dirt="who=none labels=3", counted=False, plants=[
        p("who.no_agency", "表内、文件名、文件夹都没有单位名称", agency="")])
    add(y, "hbz", "镇街道/后白镇2021年度.xlsx", arrange="two", dirt="formula labels=3 named")
    add_raw(y, "twz", "镇街道/天王镇2021年统计表.xlsx", locked_workbook(), p("file.refused", "工作簿设有打开密码"))
    add(y, "gzz", "镇街道/郭庄镇2021年.csv", "csv-utf8", "tidy", "labels")
    add_register(y, "镇街道/各镇街道信息公开情况汇总表2021.xlsx", "xlsx", ["xsz", "bhz", "btz", "msz", "hbz", "twz", "gzz"], "sum")
    add_channels(y, "jyj", "教育局2021年渠道与咨询情况.xlsx", dirt="serial who=cells", extra=["视频号发布信息", "抖音号发布信息"])
    add_channels(y, "gaj", "公安局2021年信息公开渠道统计.ods", "ods", "at=1,1", extra=["抖音号发布信息"])
    WRITE_RAW["2021/会议签到表.xlsx"] = lambda: write_xlsx(ATTENDANCE)
    add_raw(y, "", "会议签到表.xlsx", b"attendance", p("file.not_a_return", "误交的会议签到表"))


WRITE_RAW = {}


def plant(f):
    """Applies a file's planted changes to its figures."""
    for p in f.plants:
        if not p.cell or p.cell.endswith("/extra") or p.rules.startswith("layout.") and not p.cell.endswith("extra"):
            if p.rules == "layout.missing_row":
                row = {k: n for k, n in f.fig.items() if k[:2] == p.key()[:2]}
                assert row and not any(row.values())
            if p.rules.startswith("layout.missing"):
                f.fig = {k: n for k, n in f.fig.items() if k[0] != p.key()[0] or (p.key()[1] and k[1] != p.key()[1])}
            continue
        key = p.key()
        old = new = f.fig[key]
        if p.put == "carry":
            new = old + 1
            for dim in (key[2], "total"):
                p.touched.append(("table3", "carried_in", dim))
                f.fig["table3", "carried_in", dim] += 1
                f.fig["table3", "new_received", dim] -= 1
        elif p.put == "short":
            dims = [d for d in DIMS if f.fig["table3", LEAVES[f.form][-1], d]]
            p.touched = [("table3", "processed_total", d) for d in dims]
            for d in dims:
                f.fig["table3", "processed_total", d] -= f.fig["table3", LEAVES[f.form][-1], d]
            p.rules = " ".join(f"R3.{kind}.{d}" for kind in ("sum", "flow") for d in dims)
        elif isinstance(p.put, str) and "/" in p.put:  # two cells exchanged
            other = tuple(re.split("[/:]", p.put))
            new = f.fig[other]
            f.fig[key], f.fig[other] = new, old
            p.touched = [key, other]
        else:
            if p.rules == "value.blank_total":  # every block has something to add up
                part = key[:2] + ("upheld",)
                f.fig[part] = 1 + sum(f.fig[key[:2] + (c,)] for c in ("corrected", "other", "pending")) % 2
            new = f.fig[key] = p.put(old) if callable(p.put) else p.put
        assert callable(p.put) is False or new != old
        p.note = p.note.format(old=old, new=new)


def planted_rows(f):
    for p in f.plants:
        for rule in p.rules.split():
            table, ind, dim, sheet, cell = "", "", "", "", ""
            if p.cell:
                key = p.key() if not p.cell.endswith("/extra") else "extra"
                table, ind, dim = key if key != "extra" else ("table3", "", "")
                key = next((k for k in p.touched if rule.endswith("." + k[2])), key)
                sh = next((s for s in f.sheets if key in s.refs), None)
                if sh:
                    sheet, cell = "" if "csv" in f.format else sh.name, a1(*sh.refs[key])
            kind, _, rest = rule.partition(".")
            if kind == "R3":
                what, _, rest = rest.partition(".")
                ind, dim = (rest, "total") if what == "row" else ("carried_in" if what == "carry" else "processed_total", rest)
            elif kind == "R4":
                dim = "total"
            agency = ROSTER[f.agency].id if f.agency and p.agency is None else ""
            yield [f.year, f.path, agency, rule, table, ind, dim, sheet, cell, level(rule), p.note]


def missing_rows():
    for year in (2020, 2021):
        have = {f.agency for f in FILES if f.year == year and f.form and f.counted}
        for key, agency in ROSTER.items():
            if key not in have:
                sent = [f for f in FILES if f.year == year and f.agency == key and not f.channels_form]
                note = "只有 " + sent[0].path.split("/")[-1] + "，不能计入" if sent else (
                    "只见于汇总表，没有正式表" if any(key in f.members for f in FILES if f.year == year) else "没有报送")
                yield [year, "", agency.id, "return.missing", "", "", "", "", "", "error", note]


# ------------------------------------------------------------------------------------------------ proof
def evaluate(form, fig):
    """Findings that the figures themselves must raise: (rule, indicator, dimension)."""
    found = set()

    def holds(rule, key, totals, parts):
        cells = [fig.get(k, "absent") for k in totals + parts]
        if any(fig.get(k, 0) is None for k in totals) and any(fig.get(k) for k in parts):
            found.add(("value.blank_total",) + key[1:])
        elif all(isinstance(n, int) for n in cells) and sum(cells[:len(totals)]) != sum(cells[len(totals):]):
            found.add((rule,) + key[1:])
    if form:
        for code, _ in T3[form]:
            holds("R3.row." + code, ("table3", code, "total"), [("table3", code, "total")], [("table3", code, d) for d in DIMS[:-1]])
        for d in DIMS:
            total = ("table3", "processed_total", d)
            holds("R3.sum." + d, total, [total], [("table3", c, d) for c in LEAVES[form]])
            holds("R3.flow." + d, total, [total, ("table3", "carried_out", d)], [("table3", c, d) for c in ("new_received", "carried_in")])
        for b, _ in BLOCKS:
            holds("R4." + b, ("table4", b, "total"), [("table4", b, "total")], [("table4", b, c) for c, _ in PARTS[:-1]])
        for row in ("rules", "normative") if form == "gk2019" else ():
            if fig["table2", row, "published"] > fig["table2", row, "public_total"]:
                found.add(("R2.public_total." + row, row, "published"))
    if ("channels", "portal.total", "") in fig:
        holds("C.portal", ("channels", "portal.total", ""), [("channels", "portal.total", "")], [("channels", "portal." + c, "") for c in PORTAL])
    for (table, ind, dim), n in fig.items():
        if isinstance(n, str):
            found.add(("value." + ("error_cell" if n[0] == "#" else "approximate" if re.fullmatch(r"\d+多", n) else "text"), ind, dim))
        elif isinstance(n, float):
            found.add(("value.fraction", ind, dim))
        elif n is not None and n < 0 and dim != "items_change":
            found.add(("value.negative", ind, dim))
    if form:
        need = {("table3", c, d) for c, _ in T3[form] for d in DIMS} | {("table4", b, c) for b, _ in BLOCKS for c, _ in PARTS}
        for table in ("table3", "table4"):
            gone = {k[1] for k in need if k[0] == table and k not in fig}
            if gone == {k[1] for k in need if k[0] == table}:
                found.add(("layout.missing_table", "", ""))
            else:
                found |= {("layout.missing_row", row, "") for row in gone}
    return found


def read_back(path, f):
    """The cells of a written file, by an independent reader: {sheet: {(row, column): value}}."""
    data = path.read_bytes()
    if f.format == "xlsx":
        import openpyxl
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        return {ws.title: {(c.row - 1, c.column - 1): c.value for row in ws.iter_rows() for c in row} for ws in book}
    if f.format == "xls":
        import xlrd
        book = xlrd.open_workbook(file_contents=data)
        return {s.name: {(r, c): s.cell_value(r, c) for r in range(s.nrows) for c in range(s.ncols)} for s in book.sheets()}
    if f.format == "ods":
        import pandas
        books = pandas.read_excel(io.BytesIO(data), sheet_name=None, header=None, engine="odf")
        return {n: {(r, c): t.iat[r, c] for r in range(t.shape[0]) for c in range(t.shape[1])} for n, t in books.items()}
    text = data.decode({"csv-bom": "utf-8-sig", "csv-gb18030": "gb18030"}.get(f.format, "utf-16" if "utf16" in f.format else "utf-8"))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if f.format[0] == "t" else ",")
    return {f.sheets[0].name: {(r, c): v for r, row in enumerate(rows) for c, v in enumerate(row)}}


def number(v, key):
    """A cell as a number, or None: what a reader must understand of this sample's dirt."""
    s = re.sub(r"(件|元)$", "", str("" if v is None else v).translate(str.maketrans("０１２３４５６７８９－", "0123456789-")).replace(",", ""))
    if s in ("", "nan", "/", "—", "-", "无", "零"):
        return 0
    try:
        n = float(s)
    except ValueError:
        return None
    return round(n * (10000 if key[-1] == "amount" and not str(v).endswith("元") else 1), 4)


def check(out, rows):
    wanted = {(r[0], r[1], r[3], r[5], r[6]) for r in rows if r[3].split(".")[0] in ("R2", "R3", "R4", "C", "value") or r[3].startswith("layout.missing")}
    got, cells = set(), 0
    counted = {(f.agency, f.year): f for f in FILES if f.form and f.counted}
    for f in FILES:
        got |= {(f.year, f.path) + x for x in evaluate(f.form, {k: n for k, n in f.fig.items() if len(k) == 3})} if f.fig else set()
        before = counted.get((f.agency, 2020))
        if f.year == 2021 and f.form and f.counted and before:
            got |= {(2021, f.path, "R3.carry." + d, "carried_in", d) for d in DIMS
                    if f.fig["table3", "carried_in", d] != before.fig["table3", "carried_out", d]}
        book = read_back(out / f.path, f) if f.sheets else None
        for sh in f.sheets if book else []:
            for key, rc in sh.refs.items():
                if key != "extra":
                    typed, true = book[sh.name].get(rc), f.fig[key]
                    same = str(typed) == true if isinstance(true, str) else number(typed, key) == (true or 0)
                    assert same, (f.path, sh.name, a1(*rc), typed, true)
                    cells += 1
    assert got == wanted, ("not planted:", got - wanted, "not there:", wanted - got)
    digests = {}
    for path in sorted(out.glob("20*/**/*.*")):
        digests.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), []).append(path.name)
    assert sum(len(v) - 1 for v in digests.values()) == 1, [v for v in digests.values() if len(v) > 1]
    for year in (2020, 2021):
        have = {f.agency for f in FILES if f.year == year and f.form and f.counted}
        print(f"{year}: {len(have)} of {len(ROSTER)} agencies with an official return")
    print(f"{len(FILES)} files, {cells} cells read back, {len(got)} findings of the figures proven, {len(rows)} planted rows")


# ------------------------------------------------------------------------------------------------ README
WORDS = {"foot": "表下有填报人、日期和带数字的注", "formula": "总计为公式并带缓存值", "breaks": "标签内换行", "signs": "增减带正号", "text": "数字存为文本", "full": "全角数字",
         "elsewise": "“其他”写作“其它”", "trad": "繁体", "spaced": "标签内有空格", "short": "用短标签（逾期不补正等）", "thousands": "千分位", "unit": "格内带“件”",
         "yuan": "金额格内带“元”", "side": "表二条款名单列一栏", "gaps": "夹空行", "repeat": "每张表都有题名", "unit_row": "有“单位：件”行", "indent": "标签缩进",
         "named": "", "below": "渠道表接在同一工作表下方", "serial": "渠道表带序号列", "empties": "另有空白工作表", "codes": "指标用代码", "sum": "末行为合计"}


def layout_words(f):
    d, w = f.dirt, [FORMAT_WORDS.get(f.format, "")]
    if f.path.endswith(".xls") and f.format == "xlsx":
        w[0] = "扩展名 .xls、实为 xlsx"
    if f.arrange == "register":
        w.append("每单位一行的汇总表（渠道）")
    elif f.arrange == "tidy":
        w.append("长表（单位、年度、指标、对象、数值）" + ("，指标用中文标签" if "labels" in d else ""))
    elif f.form:
        w.append({"one": "三张表在一个工作表", "two": "表二表四一张、表三一张", "three": "三个工作表"}[f.arrange])
        w.append(f"{f.form}，行标签 {d.get('labels', 3)} 列，表头 {d.get('head', 3)} 层")
        if any(k[0] == "channels" for k in f.fig):
            w.append("附渠道表")
    else:
        w.append("渠道与咨询表")
    where = {"title": "标题", "line": "行内", "cells": "填报单位格", "file": "文件名", "folder": "文件夹", "none": "（都没有）"}
    if f.arrange not in ("register", "tidy"):
        w.append(f"单位见{where[d.get('who', 'title')]}，年份见{where[d.get('when', 'title')]}")
    pairs = {"zero": "无数写作“{}”", "total": "总计写作“{}”", "person": "自然人写作“{}”", "quotes": "引号 {}", "numbering": "编号写法 {}", "at": "表整体下移、右移 {} 格"}
    words = {"": "空白", "half": "(一)、1．", "circ": "㈠、①", "comma": "（一）、 1、", "none": "省略"}
    w += [text.format(words.get(d[k], d[k])) for k, text in pairs.items() if k in d]
    unknown = [k[1] for k in f.fig if len(k) == 3 and k[1] in UNKNOWN_CATEGORIES]
    w += [WORDS[k] for k in d if WORDS.get(k)] + (["规则库没有的类别：" + "、".join(unknown)] if unknown else [])
    return "；".join(w)


def readme(rows):
    lines = ["# 样例数据", "", "除一处外，这里的数字、文件和差错全部是虚构的，仅供试用和测试；单位名称取自县级市常见的机构设置。",
             "唯一真实的数字是句容市统计局 2020 年的渠道与咨询数字（`2020/句容市統計局2020年信息公開情況統計表.xlsx`），",
             "出处：《句容市统计局2020年政府信息公开工作年度报告》（门户网站 108 条 = 年度报告 1 + 部门动态 73 + 统计分析 16 + 统计公报 1 + 统计专报 12 + 其他信息 5；",
             "微信 61 篇；信息咨询 46 次；零投诉；无依申请公开、行政复议、行政诉讼；“20多篇”等约数照录）。", "",
             "生成：`python3 tools/make_sample.py`（需要 openpyxl、xlwt、odfpy；每次生成的字节完全相同）。核对：加 `--check`（另需 xlrd、pandas）。", "",
             f"- `roster.csv`：句容市 {len(ROSTER)} 个应报单位。`parent` 是上级单位，`group` 是分组。",
             "- `2020/`：2019 年试行表式；`2021/`：2021 年表式；另有十余个单位的渠道与咨询表。",
             "- `tests/sample/planted.csv`：埋设的每一处差错应引出的全部结论（`level` 为建议级别）；`error` 和 `query` 级应当与程序的结论恰好一致。",
             "- 规则库没有的渠道类别（如 视频号发布信息）不算差错，按原名保留。", "", "## 埋设的差错", ""]
    for f in FILES:
        notes = {}
        for p in f.plants:
            notes.setdefault(p.rules, []).append(p.note)
        for rules, texts in notes.items():
            lines.append(f"- `{f.path}`：{'、'.join(dict.fromkeys(texts))}（{'、'.join(rules.split())}）")
    for year in (2020, 2021):
        miss = [f"{next(a for a in ROSTER.values() if a.id == r[2]).name}（{r[-1]}）" for r in rows if r[3] == "return.missing" and r[0] == year]
        lines.append(f"- {year} 年没有可计入的正式表（return.missing）：{'；'.join(miss)}")
    lines += ["", "## 各文件的版式", "", "| 文件 | 版式 |", "|---|---|"] + [f"| `{f.path}` | {layout_words(f).replace('|', '／')} |" for f in FILES if f.sheets]
    lines += ["", "## In English", "",
              "Synthetic returns of a county-level city for two report years. All figures are invented, except the 2020 channel and inquiry figures of the",
              "Jurong Statistics Bureau, which are those of its published annual report (句容市统计局2020年政府信息公开工作年度报告).",
              "`python3 tools/make_sample.py` writes the same bytes every time; `--check` reads every figure back and proves that `tests/sample/planted.csv`",
              "lists every finding the figures must raise. Layouts and planted defects are listed above, file by file.", ""]
    return "\n".join(lines)


# ------------------------------------------------------------------------------------------------ main
def csv_bytes(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--out", type=Path, default=ROOT / "data")
    args.add_argument("--planted", type=Path, default=ROOT / "tests" / "sample" / "planted.csv")
    args.add_argument("--check", action="store_true")
    args.add_argument("--truth", type=Path)
    args = args.parse_args()
    specify()
    for year in ("2020", "2021"):
        shutil.rmtree(args.out / year, ignore_errors=True)
    for f in FILES:
        if f.format != "raw":
            plant(f)
            f.sheets = {"register": lay_register, "tidy": lay_tidy}.get(f.arrange, lay_return)(f)
            f.data = WRITERS[f.format](f.sheets)
    by_path = {f.path: f for f in FILES}
    by_path["2020/民政局2020年信息公开年报_副本.xlsx"].data = by_path["2020/民政局2020年信息公开年报.xlsx"].data
    whole = File(2020, "ybj", "", "xlsx", "one", Dirt(""), form="gk2019", fig=official("ybj", 2020))
    whole = write_xlsx(lay_return(whole))
    by_path["2020/医保局2020年政府信息公开统计表.xlsx"].data = whole[:len(whole) // 2]
    for path, write in WRITE_RAW.items():
        by_path[path].data = write()
    for f in FILES:
        (args.out / f.path).parent.mkdir(parents=True, exist_ok=True)
        (args.out / f.path).write_bytes(f.data)
    rows = [row for f in FILES for row in planted_rows(f)] + list(missing_rows())
    rows.sort(key=lambda r: r[0])
    args.planted.write_bytes(csv_bytes([["year", "file", "agency_id", "rule", "table", "indicator", "dimension", "sheet", "cell", "level", "note"]] + rows))
    (args.out / "roster.csv").write_bytes(csv_bytes([["id", "name", "aliases", "parent", "group"]] + [
        [a.id, a.name, ";".join(a.aliases), a.parent, a.group] for a in ROSTER.values()]))
    (args.out / "README.md").write_text(readme(rows), encoding="utf-8")
    if args.truth:
        facts = [[f.year, ROSTER[key[0] if len(key) == 4 else f.agency].id, *key[-3:], "" if f.fig[key] is None else f.fig[key], f.path, sh.name, a1(*rc), int(f.counted)]
                 for f in FILES for sh in f.sheets for key, rc in sh.refs.items() if key != "extra"]
        args.truth.write_bytes(csv_bytes([["year", "agency_id", "table", "indicator", "dimension", "value", "file", "sheet", "cell", "counted"]] + facts))
    if args.check:
        check(args.out, rows)


if __name__ == "__main__":
    main()
