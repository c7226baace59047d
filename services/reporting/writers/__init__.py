"""Figures as files: workbooks, and editions to print. Nothing here reads a database, and no text is ever source."""
