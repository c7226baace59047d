"""The screens: server-rendered pages over the five public HTTP APIs. Owns no data and decides nothing."""
