"""What the refusals of the rules and of the services say to people, in French and in English.

A sentence may name values of the refusal's `data` in braces; dates are written the reader's way.
"""

Sentences = dict[str, tuple[str, str]]

FOLLOW_UP: Sentences = {
    "already_begun": ("Cette étape est déjà commencée.", "This step is already begun."),
    "already_completed": ("Cette étape est déjà terminée.", "This step is already completed."),
    "not_begun": ("Cette étape n’est pas en cours.", "This step is not under way."),
    "not_completed": ("Cette étape n’est pas terminée.", "This step is not completed."),
    "links_without_success": (
        "Seule une vente ou une signature se rattache à un compte ou à un mouvement.",
        "Only a sale or a signature is linked to accounts and transactions.",
    ),
    "holdings_unknown": (
        "Ce compte ou ce mouvement n’est pas au client : actualisez la liste.",
        "This account or transaction is not the client’s: look at the list again.",
    ),
    "mail_not_configured": (
        "Aucun serveur de messagerie n’est configuré : enregistrez le mail comme envoyé ailleurs.",
        "No mail server is configured: record the e-mail as sent elsewhere.",
    ),
    "client_without_email": (
        "Ce client n’a pas d’adresse électronique connue.",
        "No e-mail address of this client is known.",
    ),
    "not_overdue": ("Cette étape n’est pas en retard.", "This step is not late."),
    "step_unknown": ("Cette étape ne fait pas partie de l’opération.", "The campaign has no such step."),
    "step_removed": ("Cette étape a été retirée de l’opération.", "This step was removed from the campaign."),
    "sales_step_removed": (
        "L’étape de vente a été retirée de l’opération.",
        "The sales step was removed from the campaign.",
    ),
    "step_being_removed": (
        "Cette étape est en train d’être retirée de l’opération : réessayez dans un instant.",
        "This step is being removed from the campaign: try again in a moment.",
    ),
    "mandatory_step_missing": (
        "Une étape obligatoire doit être terminée avant celle-ci.",
        "A mandatory step must be completed before this one.",
    ),
    "checklist_incomplete": (
        "Toutes les actions obligatoires de la tâche doivent être cochées.",
        "Every mandatory item of the task must be ticked.",
    ),
    "checklist_item_elsewhere": (
        "Une action cochée appartient à une autre étape.",
        "A ticked item belongs to another step.",
    ),
    "checklist_item_unknown": ("Cette étape n’a pas cette action.", "This step has no such item."),
    "interaction_unknown": ("Cet évènement est inconnu.", "This interaction is unknown."),
    "interaction_not_pending": (
        "Cet évènement n’est pas en attente : il est fait ou annulé.",
        "This interaction is not to be done: it is done or cancelled.",
    ),
    "interaction_pending": ("Cet évènement est encore à faire.", "This interaction is still to be done."),
    "interaction_cancelled": (
        "Cet évènement est annulé : créez-en un autre.",
        "This interaction was cancelled: add another.",
    ),
    "sheet_completes_when_saved": (
        "Une fiche de suivi est terminée quand elle est enregistrée : terminez-la avec son texte.",
        "A follow-up sheet is complete when it is saved: complete it with what was said.",
    ),
    "not_an_email": ("Cette étape n’est pas un courriel.", "This step is no e-mail."),
    "no_appointment": (
        "Il n’y a pas ici de rendez-vous avec une date et une heure.",
        "There is no appointment with a date and a time here.",
    ),
    "too_many_pending": (
        "Pas plus de {limit} évènements à faire à la fois par suivi.",
        "At most {limit} interactions to be done at once in a follow-up.",
    ),
    "details_of_another_kind": (
        "Ces précisions ne vont pas avec ce type d’évènement.",
        "These details do not go with this kind of interaction.",
    ),
    "waiting": (
        "Le suivi n’a pas encore commencé : ce client entre dans l’opération le {entry_date}.",
        "The follow-up has not begun: this client enters the campaign on {entry_date}.",
    ),
    "not_waiting": (
        "Le suivi a déjà commencé : ce client est entré dans l’opération le {entry_date}.",
        "The follow-up has begun: this client entered the campaign on {entry_date}.",
    ),
    "closed": ("Ce suivi est fermé.", "This follow-up is closed."),
    "archived": ("L’opération est archivée.", "The campaign is archived."),
    "not_archived": ("L’opération n’est pas archivée.", "The campaign is not archived."),
    "not_concluded": ("Ce suivi n’a pas de conclusion.", "This follow-up has no conclusion."),
    "before_entry_date": (
        "La date précède l’entrée du client dans l’opération ({entry_date}).",
        "The date lies before the client entered the campaign ({entry_date}).",
    ),
    "as_of_in_future": (
        "Il n’y a de chiffres que jusqu’à aujourd’hui, le {today}.",
        "There are figures up to today, {today}, and no further.",
    ),
    "in_the_future": ("La date est dans le futur.", "The date lies in the future."),
    "happened_after_conclusion": (
        "La date suit la conclusion du {concluded_on} : retirez d’abord la conclusion.",
        "The date lies after the conclusion of {concluded_on}: take the conclusion back first.",
    ),
    "conclusion_date_out_of_range": (
        "La date de conclusion doit être comprise entre le {from} et le {to}.",
        "The date of the conclusion must lie between {from} and {to}.",
    ),
    "amount_without_success": (
        "Un montant collecté n’accompagne qu’une vente ou une signature.",
        "An amount collected goes only with a sale or a signature.",
    ),
    "unchanged": ("Cela ne changerait rien.", "This would change nothing."),
    "already_targeted": (
        "Ce client est déjà ciblé par l’opération.",
        "This client is already targeted by the campaign.",
    ),
    "no_facts": ("Aucun fait n’est enregistré pour ce suivi.", "Nothing is recorded for this follow-up."),
    "fact_incomplete": ("Un fait enregistré est incomplet.", "A recorded fact is incomplete."),
    "follow_up_unknown": ("Ce suivi n’existe pas ou vous est inaccessible.", "There is no such follow-up in reach."),
    "command_unknown": ("Cette demande est inconnue.", "This command is unknown."),
    "id_reused": (
        "Cet identifiant a déjà servi à une autre demande.",
        "This id was used for another command.",
    ),
    "expired": ("La demande a expiré.", "The command has expired."),
    "deadline_passed": ("La demande a expiré.", "The command has expired."),
    "refused": ("La demande a été refusée.", "The command was refused."),
    "commands_under_way": (
        "Des saisies sont en cours sur ces suivis : réessayez dans un instant.",
        "Entries are under way on these follow-ups: try again in a moment.",
    ),
}

AMOUNTS: Sentences = {
    "amount_invalid": ("Ce montant est illisible.", "This amount cannot be read."),
    "amount_ambiguous": (
        "Ce montant peut se lire de deux façons : écrivez les centimes.",
        "This amount can be read in two ways: write the cents.",
    ),
    "amount_negative": ("Le montant ne peut pas être négatif.", "The amount cannot be negative."),
    "amount_not_exact": ("Le montant s’arrête aux centimes.", "The amount goes no further than cents."),
    "amount_too_large": ("Le montant est trop grand.", "The amount is too large."),
    "advisor_twice": ("Un conseiller figure deux fois.", "An advisor appears twice."),
    "advisor_unclear": (
        "Chaque ligne de la répartition désigne un conseiller, et un seul.",
        "Each row of the allocation names one advisor, and one only.",
    ),
    "client_unclear": (
        "Chaque client se désigne par un seul identifiant : le nôtre ou celui du CRM.",
        "Each client is named by one id: ours or the CRM’s.",
    ),
    "entry_date_given": (
        "Les dates d’entrée sont à répartir : n’en donnez pas.",
        "Entry dates are to be spread: give none.",
    ),
    "nothing_to_spread": (
        "Aucun client à répartir dans votre périmètre.",
        "There is no client within your reach to spread.",
    ),
    "change_empty": (
        "Donnez pour chaque client un potentiel ou une date d’entrée.",
        "Give each client a potential or an entry date.",
    ),
    "advisor_unknown": ("Un conseiller est inconnu.", "An advisor is unknown."),
    "allocation_without_target": (
        "Fixez d’abord l’objectif de l’opération.",
        "Set the campaign’s target first.",
    ),
    "over_target": (
        "La répartition dépasse l’objectif.",
        "The allocation exceeds the target.",
    ),
    "target_below_allocated": (
        "L’objectif serait inférieur à ce qui est déjà réparti.",
        "The target would be less than what is allocated already.",
    ),
    "share_unclear": (
        "Donnez pour chaque conseiller un montant ou un pourcentage.",
        "Give each advisor either an amount or a percentage.",
    ),
    "share_negative": ("Une part ne peut pas être négative.", "A share cannot be negative."),
    "percent_not_exact": ("Ce pourcentage a trop de décimales.", "This percentage has too many decimals."),
    "weight_negative": ("Un poids ne peut pas être négatif.", "A weight cannot be negative."),
    "nothing_to_share_among": ("Il n’y a personne entre qui répartir.", "There is nobody to share among."),
}

LIMITS: Sentences = {
    "event_too_large": (
        "L’ensemble est trop volumineux : raccourcissez les textes.",
        "All of it together is too large: shorten the texts.",
    ),
}

FILES: Sentences = {
    "csv_encoding": (
        "Ce fichier n’est ni en UTF-8 ni en Windows-1252 : enregistrez-le en CSV UTF-8.",
        "This file is neither UTF-8 nor Windows-1252: save it as CSV UTF-8.",
    ),
    "csv_empty": ("Ce fichier n’a pas de ligne de titres.", "This file has no header row."),
    "csv_unreadable": (
        "Le fichier est illisible à la ligne {row} : vérifiez les guillemets. Rien n’a été enregistré.",
        "The file cannot be read at row {row}: check the quotation marks. Nothing was kept.",
    ),
    "csv_column_missing": ("La colonne « {column} » manque.", "The column “{column}” is missing."),
    "csv_column_unknown": ("La colonne « {column} » est inconnue.", "The column “{column}” is unknown."),
    "csv_column_twice": ("La colonne « {column} » figure deux fois.", "The column “{column}” appears twice."),
    "document_missing": ("Aucun fichier n’a été envoyé.", "No file was sent."),
    "document_name_missing": ("Ce fichier n’a pas de nom.", "This file has no name."),
    "document_empty": ("Ce fichier est vide.", "This file is empty."),
    "document_type_not_allowed": (
        "Ce type de fichier n’est pas accepté : envoyez un PDF, un document bureautique, une image ou un texte.",
        "This type of file is not accepted: send a PDF, an office document, an image or a text.",
    ),
    "document_type_differs": (
        "Le contenu de ce fichier ne correspond pas à son nom.",
        "What this file holds does not go with its name.",
    ),
    "document_unknown": (
        "Un document joint n’existe pas ou n’existe plus : envoyez-le à nouveau.",
        "An attached document does not exist, or no longer: send it again.",
    ),
    "csv_no_rows": ("Ce fichier n’a pas de ligne sous ses titres.", "This file has no row below its header."),
    "import_interrupted": (
        "Interrompu : {upserted} lignes sont enregistrées, la suite manque. Renvoyez le tout, sans risque de doublon.",
        "Interrupted: {upserted} rows are kept, the rest is missing. Send all of it again: nothing is kept twice.",
    ),
    "csv_too_many_rows": ("Pas plus de {limit} lignes par fichier.", "At most {limit} rows a file."),
}

RIGHTS: Sentences = {
    "right_missing": ("Vous n’avez pas le droit nécessaire.", "You lack the right that this needs."),
    "not_visible": (
        "Cet élément n’existe pas ou vous est inaccessible.",
        "There is no such thing within your reach.",
    ),
    "last_administrator": (
        "Plus aucune personne active ne serait administratrice : donnez d’abord ce droit à quelqu’un d’autre.",
        "No active user would be an administrator any more: give that right to somebody else first.",
    ),
    "profile_in_use": (
        "Des personnes ont ce profil : donnez-leur d’abord un autre profil.",
        "There are people with this profile: give them another one first.",
    ),
    "profile_unknown": ("Ce profil est inconnu.", "This profile is unknown."),
    "user_unknown": ("Cette personne est inconnue.", "This person is unknown."),
    "too_many_streams": (
        "Trop de pages suivent déjà ces chiffres en direct : fermez-en une.",
        "Too many pages follow figures live already: close one of them.",
    ),
    "unknown_user": (
        "Cette personne est inconnue ou n’est plus active dans l’annuaire.",
        "This person is unknown to the directory or no longer active.",
    ),
    "client_not_found": ("Ce client est inconnu.", "This client is unknown."),
    "client_unknown": ("Ce client est inconnu.", "This client is unknown."),
    "tree_path_invalid": (
        "Ce chemin ne suit pas les niveaux de l’arbre : reprenez au premier niveau.",
        "This path does not follow the levels of the tree: begin again at the top.",
    ),
    "cursor_invalid": (
        "Cette page de la liste n’existe plus : reprenez au début.",
        "This page of the list no longer exists: begin again.",
    ),
}
