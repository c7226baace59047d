"""Why something was refused, by the rulebook's code; a code without a sentence here shows what the API said."""

from services.portal.locale.text import Text

TEXTS: dict[str, Text] = {
    "refusal.already_begun": ("Cette étape est déjà commencée.", "This step is begun already."),
    "refusal.already_completed": (
        "Cette étape est déjà faite. Pour la refaire, saisissez un évènement non prévu.",
        "This step is done already. To do it again, record an unplanned interaction.",
    ),
    "refusal.amount_ambiguous": (
        "Ce montant peut se lire de deux façons. Écrivez les centimes, par exemple 1 234,00.",
        "This amount can be read in two ways. Write the cents, for example 1,234.00.",
    ),
    "refusal.amount_invalid": (
        "Ce montant n’est pas lisible. Exemple : 1 234,56.",
        "This amount cannot be read. Example: 1,234.56.",
    ),
    "refusal.amount_negative": ("Le montant ne peut pas être négatif.", "The amount cannot be negative."),
    "refusal.amount_not_exact": ("Le montant s’écrit au centime près.", "The amount is exact to the cent."),
    "refusal.amount_too_large": ("Ce montant est trop grand.", "This amount is too large."),
    "refusal.amount_without_success": (
        "Un montant collecté ne va qu’avec une vente ou une signature.",
        "An amount collected goes with a sale or a signature only.",
    ),
    "refusal.archived": (
        "L’opération est archivée : plus rien ne s’y enregistre.",
        "The campaign is archived: nothing more is recorded in it.",
    ),
    "refusal.before_entry_date": (
        "C’est avant l’entrée du client dans l’opération.",
        "That is before the client entered the campaign.",
    ),
    "refusal.checklist_incomplete": (
        "Il reste une action obligatoire à cocher.",
        "A required thing has not been ticked yet.",
    ),
    "refusal.closed": ("Ce suivi est clos.", "This follow-up is closed."),
    "refusal.conclusion_date_out_of_range": (
        "La date va de l’entrée du client dans l’opération à aujourd’hui.",
        "The date lies between the client’s entry into the campaign and today.",
    ),
    "refusal.happened_after_conclusion": (
        "C’est arrivé après la conclusion du suivi.",
        "That happened after the follow-up was concluded.",
    ),
    "refusal.id_reused": (
        "Ce formulaire a déjà servi pour une autre saisie. Envoyez-le à nouveau.",
        "This form has already been used for something else. Send it again.",
    ),
    "refusal.in_the_future": ("Cette date est dans l’avenir.", "This date lies in the future."),
    "refusal.mandatory_step_missing": (
        "Une étape obligatoire doit être faite avant celle-ci.",
        "A mandatory step has to be done before this one.",
    ),
    "refusal.not_begun": ("Cette étape n’est pas commencée.", "This step is not begun."),
    "refusal.not_completed": ("Cette étape n’est pas faite.", "This step is not done."),
    "refusal.not_concluded": ("Ce suivi n’est pas conclu.", "This follow-up is not concluded."),
    "refusal.right_missing": ("Il vous manque le droit nécessaire.", "You lack the right that this needs."),
    "refusal.step_being_removed": (
        "Cette étape est en train d’être supprimée de l’opération.",
        "This step is being removed from the campaign.",
    ),
    "refusal.step_removed": (
        "Cette étape a été supprimée de l’opération.",
        "This step was removed from the campaign.",
    ),
    "refusal.step_unknown": ("Cette étape n’existe pas dans l’opération.", "The campaign has no such step."),
    "refusal.unavailable": (
        "Le service ne répond pas. Envoyez à nouveau : rien ne sera enregistré deux fois.",
        "The service does not answer. Send it again: nothing will be recorded twice.",
    ),
    "refusal.unchanged": ("Rien ne change par rapport à ce qui est enregistré.", "This changes nothing."),
    "refusal.waiting": (
        "Le client n’est pas encore entré dans l’opération.",
        "The client has not entered the campaign yet.",
    ),
}
