import os

from hypothesis import settings

# Deadlines measure the machine, not the rule; under CI the same examples come back at every run.
settings.register_profile("local", deadline=None, max_examples=60)
settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")
