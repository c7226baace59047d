"""Field types of what comes in."""

from shared.contracts.fields import Amount, Note, Reason, Reference, StepId

__all__ = ["Amount", "Note", "Reason", "Reference", "StepId"]
