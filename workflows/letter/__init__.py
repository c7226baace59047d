"""One e-mail to one client: sent by an activity that is tried again until the mail server answers."""
