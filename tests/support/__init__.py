"""What tests share: builders, fakes (one per port) and real servers."""
