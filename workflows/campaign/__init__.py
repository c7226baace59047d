"""A campaign's own life: its start notice, its start and its end, at the dates it has."""
