"""``make bench``: runs every benchmark, prints a table, and writes ``_build/bench.json``."""

import importlib
import json
import pkgutil
import sys
from pathlib import Path

import benchmarks


def main() -> int:
    """Run all modules named ``bench_*``, and return 1 if a ratio falls short of its goal."""
    results = []
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if module.name.startswith("bench_"):
            print(f"{module.name} …", flush=True)
            results += importlib.import_module(f"benchmarks.{module.name}").measure()
    print(f"\n{'what':<48} {'against':<44} {'ratio':>8} {'goal':>6}")
    for one in results:
        print(f"{one['name']:<48} {one['peer']:<44} {one['ratio']:>8.2f} {one['goal']:>6}")
    report = Path(__file__).parents[1] / "_build" / "bench.json"
    report.parent.mkdir(exist_ok=True)
    report.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return int(any(one["ratio"] < one["goal"] for one in results))


if __name__ == "__main__":
    sys.exit(main())
