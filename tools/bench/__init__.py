"""Measures the product against the bare engine in one run on one machine: `python -m tools.bench`, `--quick` for less.

The product runs as `make run` runs it, in a temporary folder, on free ports. Beside it one bare worker serves a minimal
workflow with one update, on the same Temporal server with the tuning of the product's own worker. Rounds of both
alternate, so that what else happens on the machine meets both; medians are reported. `stack` starts and stops the
processes, `bare` is the engine alone, `product` speaks the public API through `wire`, `measures` keeps the figures.
"""
