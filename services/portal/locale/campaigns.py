"""Campaigns: their list, their page, their copies and their end; the allocation of the target."""

from services.portal.locale.text import Plural, Text

TEXTS: dict[str, Text] = {
    "campaigns.title": ("Opérations commerciales", "Campaigns"),
    "campaigns.context": ("Services › Affaires et opérations", "Services › Business and campaigns"),  # noqa: RUF001
    "campaigns.new": ("Nouvelle opération", "New campaign"),
    "campaigns.filter": ("Filtrer par statut", "Filter by status"),
    "campaigns.not_archived": ("Toutes sauf archivées", "All but archived"),
    "campaigns.filter.UPCOMING": ("Non démarrées", "Upcoming"),
    "campaigns.filter.RUNNING": ("En cours", "Running"),
    "campaigns.filter.ENDED": ("Terminées", "Ended"),
    "campaigns.filter.ARCHIVED": ("Archivées", "Archived"),
    "campaigns.search": ("Nom de l’opération", "Name of the campaign"),
    "campaigns.search_button": ("Rechercher", "Search"),
    "campaigns.own_order": ("Revenir à mon ordre", "Back to my own order"),
    "campaigns.none": (
        "Aucune opération commerciale. Créez-en une pour planifier étapes, objectifs et clients.",
        "There is no campaign yet. Create one to plan steps, targets and clients.",
    ),
    "campaigns.none_found": ("Aucune opération ne correspond à ce choix.", "No campaign matches this choice."),
    "campaigns.order": ("Ordre", "Order"),
    "campaigns.name": ("Opération", "Campaign"),
    "campaigns.status": ("Statut", "Status"),
    "campaigns.dates": ("Dates", "Dates"),
    "campaigns.clients": ("Clients", "Clients"),
    "campaigns.actions": ("Actions", "Actions"),
    "campaigns.from_to": ("{start} – {end}", "{start} – {end}"),
    "campaigns.up": ("Monter", "Move up"),
    "campaigns.down": ("Descendre", "Move down"),
    "campaigns.place": ("Place dans la liste", "Place in the list"),
    "campaigns.move": ("Déplacer", "Move"),
    "campaigns.to_first": ("Tout en haut", "To the top"),
    "campaigns.to_last": ("Tout en bas", "To the bottom"),
    "campaigns.done.moved": ("L’opération a changé de place.", "The campaign has a new place."),
    "campaigns.done.no_place": ("Indiquez une place à partir de 1.", "Give a place from 1 on."),
    "campaigns.moved": ("… : place n° #", "…: place #"),
    "campaigns.edit": ("Modifier", "Edit"),
    "campaigns.duplicate": ("Dupliquer", "Duplicate"),
    "campaigns.archive": ("Archiver", "Archive"),
    "campaigns.unarchive": ("Désarchiver", "Un-archive"),
    "campaigns.delete": ("Supprimer", "Delete"),
    "campaigns.cancel": ("Annuler", "Cancel"),
    "campaigns.done.deleted": ("L’opération est supprimée.", "The campaign is deleted."),
    "campaigns.done.created": (
        "L’opération est créée. Répartissez son objectif, puis choisissez ses clients.",
        "The campaign is created. Share its target out, then choose its clients.",
    ),
    "campaigns.done.saved": ("L’opération est enregistrée.", "The campaign is saved."),
    "campaigns.done.duplicated": (
        "Voici la copie. Rien de ce qui a été fait dans l’originale n’y figure.",
        "This is the copy. Nothing that was done in the original is in it.",
    ),
    "campaigns.done.archived": ("L’opération est archivée.", "The campaign is archived."),
    "campaigns.done.unarchived": ("L’opération est de nouveau terminée.", "The campaign is ended again."),
    "campaigns.done.allocated": ("La répartition est enregistrée.", "The allocation is saved."),
    "campaigns.confirm.archiver": ("Archiver cette opération ?", "Archive this campaign?"),
    "campaigns.confirm.archiver.text": (
        (
            "Elle quitte les pages de pilotage et ne peut plus être attribuée à un client. Ses suivis en cours sont clos "
            "comme archivés, sans conclusion. Vous pourrez la désarchiver."
        ),
        (
            "It leaves the supervision pages and can no longer be given to a client. Its open follow-ups are closed as "
            "archived, without a conclusion. You can un-archive it later."
        ),
    ),
    "campaigns.confirm.desarchiver": ("Désarchiver cette opération ?", "Un-archive this campaign?"),
    "campaigns.confirm.desarchiver.text": (
        "Elle redevient terminée, et chaque suivi que l’archivage avait clos retrouve son état et ses étapes.",
        "It is ended again, and each follow-up that the archiving closed gets its state and steps back.",
    ),
    "campaigns.confirm.supprimer": ("Supprimer cette opération ?", "Delete this campaign?"),
    "campaigns.confirm.supprimer.text": (
        (
            "Elle disparaît avec ses étapes, sa répartition et ses clients ciblés. Cela n’est possible que si aucune étape, "
            "aucun évènement et aucune conclusion n’a été saisi pour un client."
        ),
        (
            "It goes with its steps, its allocation and its targeted clients. This is possible only while no step, "
            "interaction or conclusion was recorded for any client."
        ),
    ),
    "duplicate.title": ("Dupliquer « {name} »", "Duplicate “{name}”"),
    "duplicate.context": (
        "Les étapes, leurs documents et la répartition (en pour cent) sont repris ; rien de ce qui a été fait.",
        "Steps, their documents and the allocation (in per cent) are taken over; nothing that was done.",
    ),
    "duplicate.name": ("{name} (copie)", "{name} (copy)"),
    "duplicate.clients": ("Cibler les mêmes clients", "Target the same clients"),
    "duplicate.clients_help": (
        "Chacun avec son potentiel actuel ; l’opération à peine créée se remplit en arrière-plan.",
        "Each with the present potential; the new campaign fills up in the background.",
    ),
    "campaign.tabs": ("Parties de l’opération", "Parts of the campaign"),
    "campaign.tab.definition": ("Caractéristiques", "Definition"),
    "campaign.tab.clients": ("Clients", "Clients"),
    "campaign.tab.progress": ("Suivi", "Progress"),
    "campaign.definition": ("Définition", "Definition"),
    "campaign.owner": ("Responsable", "Owner"),
    "campaign.dates": ("Dates", "Dates"),
    "campaign.target": ("Objectif", "Target"),
    "campaign.clients": ("Clients ciblés", "Targeted clients"),
    "campaign.notice": ("Notification de démarrage", "Start notice"),
    "campaign.notice_off": ("Aucune", "None"),
    "campaign.saved_at": ("Dernière modification", "Last change"),
    "campaign.figures": ("Où en est l’opération", "Where the campaign stands"),
    "campaign.steps": ("Étapes", "Steps"),
    "campaign.within": (
        Plural("sous {n} jour ouvré", "sous {n} jours ouvrés"),
        Plural("within {n} working day", "within {n} working days"),
    ),
    "campaign.offers_next": ("Propose l’étape suivante une fois terminée", "Offers the next step when completed"),
    "campaign.subject": ("Objet", "Subject"),
    "campaign.step_done": ("{done} faites sur {all}", "{done} of {all} done"),
    "campaign.progress_none": ("Aucun client n’est encore ciblé.", "No client is targeted yet."),
    "progress.step": ("Étape", "Step"),
    "progress.done": ("Faites", "Done"),
    "progress.open": ("En cours", "Open"),
    "progress.not_reached": ("Non atteintes", "Not reached"),
    "progress.left": ("Plus concernés", "No longer concerned"),
    "progress.skipped": ("Passées", "Skipped"),
    "progress.completion": ("Avancement", "Completion"),
    "progress.pass_through": ("Passage", "Pass-through"),
    "allocation.title": ("Répartition de l’objectif", "Target allocation"),
    "allocation.edit": ("Répartir sur les conseillers", "Share out among advisors"),
    "allocation.advisor": ("Conseiller", "Advisor"),
    "allocation.advisors": (
        Plural("{n} conseiller a une part", "{n} conseillers ont une part"),
        Plural("{n} advisor has a share", "{n} advisors have a share"),
    ),
    "allocation.share": ("Part", "Share"),
    "allocation.amount": ("En euros", "In euros"),
    "allocation.percent": ("En pour cent", "In per cent"),
    "allocation.allocated": ("Réparti", "Allocated"),
    "allocation.unallocated": ("Reste à répartir", "Unallocated"),
    "allocation.none": ("Rien n’est encore réparti.", "Nothing is allocated yet."),
    "allocation.no_target": (
        "Sans objectif, il n’y a rien à répartir : indiquez d’abord l’objectif de l’opération.",
        "Without a target there is nothing to share out: give the campaign a target first.",
    ),
    "allocation.unit": ("Unité de la part de {name}", "Unit of the share of {name}"),
    "allocation.share_of": ("Part de {name}", "Share of {name}"),
    "allocation.remove": ("Retirer", "Remove"),
    "allocation.remove_all": ("Tout retirer", "Remove all"),
    "allocation.find": ("Ajouter un conseiller", "Add an advisor"),
    "allocation.find_help": ("Quelques lettres de son nom.", "A few letters of the name."),
    "allocation.find_button": ("Chercher", "Find"),
    "allocation.found": ("Conseillers trouvés", "Advisors found"),
    "allocation.nobody": ("Personne ne correspond dans votre périmètre.", "Nobody within your reach matches."),
    "allocation.add": ("Ajouter {name}", "Add {name}"),
    "allocation.recompute": ("Recalculer", "Recompute"),
    "allocation.save": ("Enregistrer la répartition", "Save the allocation"),
    "allocation.percent_invalid": ("Indiquez un pourcentage, par exemple 12,5.", "Give a percentage, such as 12.5."),
    "allocation.share_missing": (
        "Indiquez la part de ce conseiller, ou retirez-le.",
        "Give this advisor’s share, or remove the advisor.",
    ),
    "allocation.still_open": (
        Plural(
            "Attention : {n} suivi en cours reste chez des conseillers qui n’ont plus de part.",
            "Attention : {n} suivis en cours restent chez des conseillers qui n’ont plus de part.",
        ),
        Plural(
            "Mind that {n} follow-up is still open with advisors who no longer have a share.",
            "Mind that {n} follow-ups are still open with advisors who no longer have a share.",
        ),
    ),
}
