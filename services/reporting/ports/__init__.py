"""What the use cases of reporting need, and the plain values that pass between them and the store."""
