"""``make bench``: runs every benchmark, prints a table, and writes ``_build/bench.json``."""

import importlib
import json
import pkgutil
import sys
import traceback
from pathlib import Path

import benchmarks


def main() -> int:
    """Run all modules named ``bench_*``; return 1 if one fails or a ratio is below its goal."""
    results, failed = [], []
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if not module.name.startswith("bench_"):
            continue
        print(f"{module.name} …", flush=True)
        try:
            results += importlib.import_module(f"benchmarks.{module.name}").measure()
        except Exception:  # whatever happens to one must not hide the others' results
            traceback.print_exc()
            failed.append(module.name)
    print(f"\n{'what':<48} {'against':<44} {'ratio':>8} {'goal':>6}")
    for one in results:
        mark = "" if one["ratio"] >= one["goal"] else "  below its goal"
        print(f"{one['name']:<48} {one['peer']:<44} {one['ratio']:>8.2f} {one['goal']:>6}{mark}")
    for name in failed:
        print(f"{name:<48} failed; see above")
    report = Path(__file__).parents[1] / "_build" / "bench.json"
    report.parent.mkdir(exist_ok=True)
    report.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return int(bool(failed) or any(one["ratio"] < one["goal"] for one in results))


if __name__ == "__main__":
    sys.exit(main())
