"""`python -m benchmarks [name …]`: run the benchmarks, or those that are named."""

import argparse
from collections.abc import Callable
from importlib import import_module

from benchmarks.tables import machine

BENCHMARKS = ("engine", "cold_start", "provisioning", "large_groups", "console", "backup")


def main() -> None:
    """Run them one after another."""
    modules = {name: import_module(f"benchmarks.{name}") for name in BENCHMARKS}
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run benchmarks; without a name, all.")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("-l", "--list", action="store_true", help="say what each measures, and run none")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in modules]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    if arguments.list:
        for name, module in modules.items():
            print(f"{name:14}{(module.__doc__ or '').splitlines()[0]}")
        return
    print(machine(), end="\n\n")
    for name in arguments.names or BENCHMARKS:
        print(f"## {name}\n")
        run: Callable[[], None] = modules[name].run
        run()


if __name__ == "__main__":
    main()
