"""What the refusals about definitions of campaigns say to people, in French and in English."""

from shared.runtime.rule_messages import Sentences

CAMPAIGN: Sentences = {
    "campaign_ended": ("L’opération est terminée.", "The campaign has ended."),
    "campaign_not_ended": ("L’opération n’est pas terminée.", "The campaign has not ended."),
    "campaign_unknown": ("Cette opération est inconnue.", "This campaign is unknown."),
    "deleted": ("L’opération a été supprimée.", "The campaign was deleted."),
    "key_taken": ("Cette clé a déjà servi à autre chose.", "This key was used for something else."),
    "something_recorded": (
        "Un suivi a déjà commencé : l’opération ne peut plus être supprimée.",
        "Something was recorded for a client: the campaign can no longer be deleted.",
    ),
    "step_completed_somewhere": (
        "Une étape déjà terminée pour un client ne peut pas être retirée.",
        "A step that was completed for some client cannot be removed.",
    ),
    "step_id_used_before": (
        "L’identifiant d’une étape retirée ne peut pas resservir : ajoutez une nouvelle étape.",
        "The id of a removed step cannot be used again: add a new step.",
    ),
    "entry_date_out_of_range": (
        "La date d’entrée doit être comprise entre le {from} et le {to}.",
        "The entry date must lie between {from} and {to}.",
    ),
    "version_changed": (
        "Quelqu’un a enregistré une modification entre-temps : relisez, puis recommencez.",
        "Somebody saved a change meanwhile: read it again, then try again.",
    ),
    "if_match_missing": (
        "Indiquez la version que vous modifiez (en-tête If-Match).",
        "Say which version you change (If-Match header).",
    ),
    "owner_lacks_right": (
        "Le responsable n’a pas le droit de gestion des opérations.",  # codespell:ignore responsable
        "The owner lacks the right to manage campaigns.",
    ),
    "owner_missing": ("Indiquez un responsable.", "Name an owner."),  # codespell:ignore responsable
    "owner_twice": ("Indiquez un seul responsable.", "Name the owner only once."),  # codespell:ignore responsable
    "owner_unknown": ("Ce responsable est inconnu.", "This owner is unknown."),  # codespell:ignore responsable
    "definition_invalid": (
        "La définition est incomplète ou incorrecte : voyez « problems ».",
        "The definition is incomplete or wrong: see “problems”.",
    ),
    "name_missing": ("Donnez un nom à l’opération.", "Give the campaign a name."),
    "name_too_long": ("Le nom dépasse {limit} caractères.", "The name exceeds {limit} characters."),
    "date_missing": ("Indiquez la date.", "Give the date."),
    "date_out_of_range": ("La date est hors des limites.", "The date is out of range."),
    "end_before_start": ("La fin précède le début.", "The end lies before the start."),
    "steps_missing": ("Prévoyez au moins une étape.", "Plan at least one step."),
    "too_many_steps": ("Pas plus de {limit} étapes.", "At most {limit} steps."),
    "step_id_twice": ("Une étape figure deux fois.", "A step appears twice."),
    "checklist_item_twice": ("Une action figure deux fois.", "An item appears twice."),
    "checklist_only_on_tasks": ("Seule une tâche a des actions à cocher.", "Only a task has items to tick."),
    "too_many_checklist_items": ("Pas plus de {limit} actions par tâche.", "At most {limit} items per task."),
    "due_days_out_of_range": ("Le délai va de 0 à {limit} jours.", "The delay is 0 to {limit} days."),
    "documents_only_on_tasks": ("Seule une tâche a des documents joints.", "Only a task has attached documents."),
    "too_many_documents": ("Pas plus de {limit} documents par tâche.", "At most {limit} documents per task."),
    "document_twice": ("Un document figure deux fois.", "A document appears twice."),
    "template_only_on_emails": ("Seul un mail a un modèle de texte.", "Only an e-mail has text templates."),
    "placeholder_unknown": ("Le champ « {placeholder} » est inconnu.", "The field “{placeholder}” is unknown."),
    "sales_step_missing": ("Indiquez l’étape de vente.", "Name the sales step."),
    "sales_step_unknown": ("L’étape de vente n’est pas dans l’opération.", "The campaign has no such sales step."),
}
