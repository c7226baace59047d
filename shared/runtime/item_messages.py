"""What is said of one item of many that had no effect, in French and in English."""

from shared.runtime.rule_messages import Sentences

ITEMS: Sentences = {
    "unknown_client": (
        "Ce client est inconnu, ou hors de votre périmètre.",
        "This client is unknown, or beyond your reach.",
    ),
    "inactive_client": ("Le CRM ne connaît plus ce client.", "The CRM no longer has this client."),
    "not_targeted": ("Ce client n’est pas dans l’opération.", "This client is not in the campaign."),
    "already_withdrawn": ("Ce client est déjà retiré de l’opération.", "This client is withdrawn already."),
    "named_twice": (
        "Ce client figure plus haut dans la même demande.",
        "This client stands further up in the same call.",
    ),
    "cancelled": ("La demande a été annulée avant ce client.", "The job was cancelled before this client."),
    "wrong_cell_count": (
        "La ligne n’a pas autant de cellules que les titres.",
        "The row has not as many cells as the header.",
    ),
    "client_missing": ("La référence du client manque.", "The client’s reference is missing."),
    "client_invalid": ("Cette référence de client est illisible.", "This client’s reference cannot be read."),
    "date_invalid": (
        "Cette date est illisible : écrivez 04/05/2026 ou 2026-05-04.",
        "This date cannot be read: write 04/05/2026 (the day first) or 2026-05-04.",
    ),
}
