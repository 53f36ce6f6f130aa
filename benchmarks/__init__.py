"""Measurements, printed and not asserted: `python -m benchmarks` runs all, `python -m benchmarks -l` lists them."""
