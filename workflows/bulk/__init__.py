"""A job over many follow-ups: concluded, reassigned, withdrawn, closed or reopened, page by page."""
