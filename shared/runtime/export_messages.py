"""What the refusals of files of figures say to people, in French and in English."""

from shared.runtime.rule_messages import Sentences

EXPORTS: Sentences = {
    "export_unknown": (
        "Cet export n’existe pas, n’existe plus ou n’est pas le vôtre : redemandez-le.",
        "This export does not exist, no longer exists or is not yours: ask for it again.",
    ),
    "export_not_done": ("Cet export n’est pas terminé.", "This export is not done."),
    "export_reach_changed": (
        "Vos droits ont changé depuis que ce fichier a été produit : redemandez-le.",
        "Your rights changed since this file was made: ask for it again.",
    ),
    "export_failed": (
        "Le fichier n’a pas pu être produit : réessayez, ou prévenez l’exploitation.",
        "The file could not be made: try again, or tell the operations team.",
    ),
    "export_too_large": (
        "Ce fichier serait trop grand : réduisez-le par un filtre.",
        "This file would be too large: narrow it down by a filter.",
    ),
    "too_many_exports": (
        "Pas plus de {limit} exports en cours à la fois : attendez la fin de l’un d’eux.",
        "At most {limit} exports at once: wait until one of them is done.",
    ),
    "format_not_offered": (
        "Ceci n’existe pas dans ce format : demandez {offered}.",
        "This does not exist in that format: ask for {offered}.",
    ),
    "campaign_missing": ("Choisissez une opération.", "Choose a campaign."),
}
