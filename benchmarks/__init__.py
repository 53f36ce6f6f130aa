"""Measurements, printed and not asserted: `python -m benchmarks` runs all of them, `python -m benchmarks -l` lists them."""
