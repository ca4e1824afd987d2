"""All measurements -> a table on the screen, and benchmarks/results.json."""

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import (
    archiving,
    freezing,
    importing,
    mailing,
    on_google,
    posting,
    scaling,
    selecting,
    sharing,
    starting,
    syncing,
)
from benchmarks.measuring import ROOT
from benchmarks.table import markdown, put_into_readme, read_results, renewed, write_results

MEASUREMENTS = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        starting,
        selecting,
        posting,
        freezing,
        mailing,
        sharing,
        syncing,
        scaling,
        on_google,
        archiving,
        importing,
    )
}


def main() -> None:
    """Measure, print, write; with --readme put the table into the README too."""
    options = _options()
    began = time.monotonic()
    results = []
    # Beside the code and not in /tmp, which may be memory: durable must mean a disk.
    (ROOT / "build").mkdir(exist_ok=True)
    for name, measurement in MEASUREMENTS.items():
        if options.only and name not in options.only:
            continue
        print(f"Measuring: {name} …", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="benchmark-", dir=ROOT / "build") as folder:
            results += measurement.measure(Path(folder))
    if options.only:
        results = renewed(read_results(), results)
    write_results(results)
    print(f"{markdown(results)}\n")
    print(f"On {machine()}; it took {time.monotonic() - began:.0f} seconds.")
    if options.readme:
        put_into_readme(results, machine())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure everything.")
    parser.add_argument("--readme", action="store_true", help="put the table into the README too")
    parser.add_argument(
        "--only", action="append", choices=MEASUREMENTS, help="measure this, keep all other figures"
    )
    return parser.parse_args()


def machine() -> str:
    """Return in words what this was measured on."""
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )
