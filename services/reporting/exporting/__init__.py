"""Makes files: one at a time per process of the service, each in a process of its own (docs/decisions/0078).

`python -m services.reporting.exporting` is that process; it reads one order from its input and ends with it.
"""
