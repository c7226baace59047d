"""The sheet of a campaign: its fields, its steps, what a change would do, what somebody else changed."""

from services.portal.locale.text import Plural, Text

TEXTS: dict[str, Text] = {
    "editor.edit_title": ("Modifier « {name} »", "Edit “{name}”"),
    "editor.new_context": (
        "Un nom, deux dates et une étape suffisent ; le reste peut attendre.",
        "A name, two dates and one step are enough; the rest can wait.",
    ),
    "editor.edit_context": (
        "Tout suivi en cours passe aussitôt à la nouvelle définition ; les étapes faites restent faites.",
        "Every open follow-up goes by the new definition at once; completed steps stay completed.",
    ),
    "editor.name": ("Nom de l’opération", "Name of the campaign"),
    "editor.owner_help": (
        "La personne qui supervise l’opération ; elle doit pouvoir gérer les opérations commerciales.",
        "Who supervises the campaign; this person must be allowed to manage campaigns.",
    ),
    "editor.target": ("Objectif en euros", "Target in euros"),
    "editor.target_help": ("Facultatif. Exemple : 400 000 ou 1 234,56.", "Optional. Example: 400,000 or 1,234.56."),
    "editor.start": ("Date de début", "Start date"),
    "editor.end": ("Date de fin", "End date"),
    "editor.notice": ("Avertir les conseillers du démarrage", "Tell advisors about the start"),
    "editor.notice_help": (
        "Chacun reçoit sur sa page d’accueil la liste de ses clients à contacter.",
        "Each gets the list of clients to contact on the home page.",
    ),
    "editor.notice_date": ("Date de la notification", "Date of the notice"),
    "editor.notice_date_help": ("À défaut, la date de début.", "By default, the start date."),
    "editor.note": ("Note", "Note"),
    "editor.steps_help": (
        (
            "Dans l’ordre où le conseiller les suit. Une étape obligatoire doit être faite avant les suivantes ; l’étape de "
            "vente est celle où le client se décide."
        ),
        (
            "In the order in which the advisor follows them. A mandatory step must be done before those after it; at the "
            "sales step the client decides."
        ),
    ),
    "editor.add_step": ("Ajouter une étape", "Add a step"),
    "editor.step_title": ("Intitulé", "Title"),
    "editor.step_kind": ("Nature", "Kind"),
    "editor.title_missing": ("Donnez un intitulé à cette étape.", "Give this step a title."),
    "editor.mandatory": ("Obligatoire", "Mandatory"),
    "editor.sales_step": ("Étape de vente", "Sales step"),
    "editor.offers_next": ("Proposer la suivante une fois terminée", "Offer the next one when completed"),
    "editor.more": ("Note, délai et contenu", "Note, delay and contents"),
    "editor.step_note": ("Note pour le conseiller", "Note for the advisor"),
    "editor.step_note_help": ("Elle s’affiche au moment de l’étape.", "Shown when the step is recorded."),
    "editor.due": ("Délai en jours ouvrés", "Delay in working days"),
    "editor.due_help": (
        "Facultatif : compté à partir du moment où l’étape devient la position du client.",
        "Optional: counted from the day on which the step becomes the client’s position.",
    ),
    "editor.days_invalid": ("Indiquez un nombre entier de jours.", "Give a whole number of days."),
    "editor.value_invalid": (
        "Cette valeur n’est pas acceptée (trop longue, ou caractère interdit).",
        "This value is not accepted (too long, or a forbidden character).",
    ),
    "editor.checklist": ("Actions à cocher", "Things to tick"),
    "editor.item": ("Action", "Item"),
    "editor.item_mandatory": ("obligatoire", "mandatory"),
    "editor.item_add": ("Ajouter une action", "Add an item"),
    "editor.item_remove": ("Retirer l’action", "Remove the item"),
    "editor.documents": ("Documents joints", "Attached documents"),
    "editor.files": ("Joindre des fichiers", "Attach files"),
    "editor.files_help": (
        "Joints à l’enregistrement. Décochez un document pour le retirer.",
        "Attached when you save. Untick a document to remove it.",
    ),
    "editor.documents_refused": (
        "L’opération est créée, mais un document n’a pas pu être joint. Choisissez-le à nouveau.",
        "The campaign is created, but a document could not be attached. Please choose it again.",
    ),
    "editor.subject": ("Objet du mail", "Subject of the e-mail"),
    "editor.body": ("Texte du mail", "Text of the e-mail"),
    "editor.body_help": (
        (
            "Champs possibles : {{{{client_name}}}}, {{{{advisor_name}}}}, {{{{campaign_name}}}}, "
            "{{{{start_date}}}}, {{{{end_date}}}}, {{{{step_title}}}}."
        ),
        (
            "Possible fields: {{{{client_name}}}}, {{{{advisor_name}}}}, {{{{campaign_name}}}}, "
            "{{{{start_date}}}}, {{{{end_date}}}}, {{{{step_title}}}}."
        ),
    ),
    "editor.up": ("Monter l’étape", "Move the step up"),
    "editor.down": ("Descendre l’étape", "Move the step down"),
    "editor.remove": ("Retirer l’étape", "Remove the step"),
    "editor.moved": ("« … » est l’étape n° #.", "“…” is step #."),
    "editor.removed": ("« … » est retirée.", "“…” is removed."),
    "editor.save": ("Enregistrer", "Save"),
    "editor.create": ("Créer l’opération", "Create the campaign"),
    "editor.save_previewed": ("Enregistrer ce changement", "Save this change"),
    "editor.preview": ("Voir les effets", "See the effects"),
    "effects.title": ("Effets de ce changement", "Effects of this change"),
    "effects.lead": (
        "Voici ce que deviendront les suivis en cours. Rien n’est encore enregistré.",
        "This is what will become of the open follow-ups. Nothing is saved yet.",
    ),
    "effects.none": (
        "Aucun suivi en cours n’est touché. Rien n’est encore enregistré.",
        "No open follow-up is concerned. Nothing is saved yet.",
    ),
    "effects.refused": (
        "Ce changement ne peut pas être enregistré tel quel.",
        "This change cannot be saved as it is.",
    ),
    "effects.removal": ("L’étape « {step} » sera retirée.", "The step “{step}” will be removed."),
    "effects.removal_refused": (
        "L’étape « {step} » ne peut pas être retirée : un conseiller l’a déjà terminée pour un client.",
        "The step “{step}” cannot be removed: an advisor has completed it for some client.",
    ),
    "effects.unplanned": (
        Plural(
            "{n} étape commencée deviendra un évènement non prévu.",
            "{n} étapes commencées deviendront des évènements non prévus.",
        ),
        Plural(
            "{n} begun step will become an unplanned interaction.",
            "{n} begun steps will become unplanned interactions.",
        ),
    ),
    "effects.due_from": ("De qui « {step} » est-elle attendue ?", "From whom is “{step}” due?"),
    "effects.due_from.all": ("De tous les clients", "From all clients"),
    "effects.due_from.not_yet_past": (
        "Seulement de ceux qui n’ont pas encore dépassé cette place",
        "Only from those who are not yet past this place",
    ),
    "effects.due_from_help": (
        "Changez ce choix puis demandez à voir les effets : le tableau est recalculé.",
        "Change this choice and ask to see the effects: the table is computed anew.",
    ),
    "effects.unit": ("Agence", "Branch"),
    "effects.unit_unknown": ("Conseillers non rattachés", "Advisors without a unit"),
    "effects.total": ("Ensemble", "All"),
    "effects.blocked": ("Bloqués", "Blocked"),
    "effects.unblocked": ("Débloqués", "Unblocked"),
    "effects.another_step": ("Autre étape", "Another step"),
    "effects.left_alone": ("Inchangés", "Left alone"),
    "effects.blocked_help": (
        "Bloqué : l’étape où en était le client ne peut plus être saisie tant qu’une autre n’est pas faite.",
        "Blocked: the step where the client stood can no longer be recorded before another is done.",
    ),
    "conflict.title": (
        "{who} a modifié cette opération le {when}, pendant que vous la modifiiez.",
        "{who} changed this campaign on {when}, while you were editing it.",
    ),
    "conflict.somebody": ("Quelqu’un", "Somebody"),
    "conflict.unknown": (
        "Cette opération a été modifiée pendant que vous la modifiiez.",
        "This campaign was changed while you were editing it.",
    ),
    "conflict.what_now": (
        "Votre saisie est conservée ci-dessous. Enregistrer à nouveau remplace ce changement par le vôtre.",
        "What you typed is kept below. Saving again replaces that change with yours.",
    ),
    "conflict.see": ("Voir l’opération telle qu’elle est", "See the campaign as it is"),
    "conflict.field.name": ("Nom", "Name"),
    "conflict.field.note": ("Note", "Note"),
    "conflict.field.owner_id": ("Responsable", "Owner"),
    "conflict.field.target": ("Objectif", "Target"),
    "conflict.field.start_date": ("Date de début", "Start date"),
    "conflict.field.end_date": ("Date de fin", "End date"),
    "conflict.field.sales_step": ("Étape de vente", "Sales step"),
    "conflict.field.notice_date": ("Notification de démarrage", "Start notice"),
    "conflict.field.archived": ("Archivage", "Archiving"),
    "conflict.step.added": ("Étape ajoutée : {step}", "Step added: {step}"),
    "conflict.step.removed": ("Étape retirée : {step}", "Step removed: {step}"),
    "conflict.step.moved": ("Étape déplacée : {step}", "Step moved: {step}"),
    "conflict.step.edited": ("Étape modifiée : {step}", "Step edited: {step}"),
    "conflict.share": ("Part de {name}", "Share of {name}"),
}
