"""What the follow-up service does, by what the user does; it sees the rulebook, the contracts and its ports."""
