"""The business rules of Jalon: plain values in, an answer or a `RuleBroken` out; no clock, no I/O."""
