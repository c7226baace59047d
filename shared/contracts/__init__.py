"""All that crosses a process: events, questions, workflow messages and problems, as pydantic models."""
