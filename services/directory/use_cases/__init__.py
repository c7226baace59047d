"""What the directory does, by who wants it: the CRM puts, people read, services are told."""
