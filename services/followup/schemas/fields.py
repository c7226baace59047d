"""Field types of what comes in."""

from shared.contracts.fields import Amount, Note, Reference, StepId

__all__ = ["Amount", "Note", "Reference", "StepId"]
