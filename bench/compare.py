"""Compares whole runs: huizong, a bare calamine+rayon read, and a pandas+openpyxl script, on N generated returns.

    python3 bench/compare.py [N ...]           default 100 1000 10000; needs pandas and openpyxl

Builds the release binaries, generates the returns, runs the programs alternately and prints the best time of each
(machines are noisy; ratios within one run are what counts), the peak memory, and whether all sums agree.
"""
import argparse, csv, os, subprocess, sys, tempfile, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def measured(command, stdout=subprocess.DEVNULL):
    """Seconds and peak memory in MB of one run."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command} ended with {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def sums_of_summary(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return {(r["indicator"], r["dimension"]): r["value"] for r in csv.DictReader(file) if r["scope"] == "city" and r["form"] == "gk2021" and r["derived"] == "false"}


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("n", type=int, nargs="*", default=[100, 1000, 10000])
    args.add_argument("--rounds", type=int, default=5)
    args.add_argument("--no-pandas", action="store_true")
    args.add_argument("--no-build", action="store_true")
    args = args.parse_args()
    args.no_build or subprocess.run(["cargo", "build", "--release", "--bins", "--examples"], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
    print("| N | program | files/s | seconds | peak MB | ratio to bare read |")
    print("|---|---|---|---|---|---|")
    for n in args.n:
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            subprocess.run([sys.executable, ROOT / "bench" / "make_returns.py", str(n), folder], check=True)
            bare = [target / "examples" / "bare_read", folder / "returns"]
            whole = [target / "huizong", "run", folder / "returns", "--roster", folder / "roster.csv", "-o", folder / "out", "-q"]
            results = {"bare read": [], "huizong": []}
            for _ in range(args.rounds):
                results["bare read"].append(measured(bare))
                results["huizong"].append(measured(whole))
            if not args.no_pandas:
                with open(folder / "pandas.csv", "w") as out:
                    results["pandas+openpyxl"] = [measured([sys.executable, ROOT / "bench" / "pandas_sums.py", folder / "returns"], out)]
                theirs = {(r["indicator"], r["dimension"]): r["value"] for r in csv.DictReader(open(folder / "pandas.csv"))}
                ours = sums_of_summary(folder / "out" / "2021" / "summary.csv")
                if ours != theirs:
                    sys.exit(f"sums differ: {sorted(set(ours.items()) ^ set(theirs.items()))[:6]}")
            base = min(results["bare read"])[0]
            for name, runs in results.items():
                seconds, memory = min(runs)[0], max(run[1] for run in runs)
                print(f"| {n} | {name} | {n / seconds:.0f} | {seconds:.2f} | {memory:.0f} | {seconds / base:.2f} |", flush=True)


if __name__ == "__main__":
    main()
