"""A mail server that delivers nothing: what the product sends is kept in the data folder, and read on one page."""
