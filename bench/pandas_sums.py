"""The same sums as an analyst would write them with pandas and openpyxl: reads every workbook, finds the tables by
their labels, adds up cell by cell.

    python3 bench/pandas_sums.py DIR           prints indicator,dimension,value for all figures
"""
import re, sys
from decimal import Decimal
from pathlib import Path
import pandas as pd

DIMENSIONS = ["natural_person", "business", "research", "public_welfare", "legal_service", "other", "total"]
ROWS = """new_received carried_in granted partly_granted denied.state_secret denied.other_law denied.safety_stability
denied.third_party denied.internal_affairs denied.process_info denied.enforcement_file denied.administrative_query
unable.not_held unable.needs_creation unable.unclear not_processed.petition not_processed.repeat
not_processed.publication not_processed.excessive not_processed.reconfirm other.not_supplemented other.fee_unpaid
other.other processed_total carried_out""".split()
TABLE2 = {"规章": "rules", "行政规范性文件": "normative", "行政许可": "licence", "行政处罚": "penalty", "行政强制": "coercion", "行政事业性收费": "fees"}
HEADS2 = {"规章": ["issued", "repealed", "in_force"], "行政规范性文件": ["issued", "repealed", "in_force"], "行政事业性收费": ["amount"]}
PARTS = ["upheld", "corrected", "other", "pending", "total"]


def main(folder):
    sums = {}
    for path in sorted(Path(folder).glob("*.xlsx")):
        table = pd.read_excel(path, header=None, dtype=object)
        first = table[0].map(lambda v: re.sub(r"\s", "", v) if isinstance(v, str) else "")
        start = first[first.str.startswith("一、本年新收")].index[0]
        for offset, row in enumerate(ROWS):
            for c, dimension in enumerate(DIMENSIONS):
                sums[row, dimension] = sums.get((row, dimension), 0) + table.iat[start + offset, 3 + c]
        for label, code in TABLE2.items():
            at = first[first == label].index[0]
            for c, dimension in enumerate(HEADS2.get(label, ["decisions"])):
                value = table.iat[at, 1 + c]
                value = Decimal(str(value)) * 10000 if dimension == "amount" else value
                sums[code, dimension] = sums.get((code, dimension), 0) + value
        last = first[first == "结果维持"].index[0] + 1
        for b, block in enumerate(["review", "suit_direct", "suit_after_review"]):
            for c, part in enumerate(PARTS):
                sums[block, part] = sums.get((block, part), 0) + table.iat[last, 5 * b + c]
    print("indicator,dimension,value")
    for (indicator, dimension), value in sorted(sums.items()):
        value = value.normalize() if isinstance(value, Decimal) else value
        print(f"{indicator},{dimension},{value:f}" if isinstance(value, Decimal) else f"{indicator},{dimension},{value}")


if __name__ == "__main__":
    main(sys.argv[1])
