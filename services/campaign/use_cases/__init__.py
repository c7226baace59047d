"""What the campaign service does, one module per thing that a user does (docs/domain.md, Campaigns)."""
