"""What the refusals of jobs over many follow-ups say to people, in French and in English."""

from shared.runtime.rule_messages import Sentences

JOBS: Sentences = {
    "job_unknown": ("Ce traitement n’existe pas ou vous est inaccessible.", "There is no such job within your reach."),
    "job_over": ("Ce traitement est terminé.", "This job is over."),
    "job_not_over": (
        "Ce traitement est en cours : attendez sa fin ou arrêtez-le.",
        "This job is going on: wait for its end, or stop it.",
    ),
    "job_undone": ("Ce traitement a déjà été défait.", "This job was undone before."),
    "job_of_archiving": (
        "Ce traitement découle de l’archivage ou des dates de l’opération : changez-les plutôt.",
        "This job follows from the campaign’s being archived or from its dates: change those instead.",
    ),
    "touched_since": (
        "Quelqu’un est intervenu sur ce suivi entre-temps.",
        "Somebody touched this follow-up meanwhile.",
    ),
    "back_dated": (
        "Un changement de conseiller ne prend pas effet dans le passé.",
        "A change of advisor takes no effect in the past.",
    ),
    "too_many_items": (
        "Pas plus de {limit} suivis à la fois : votre choix en contient {found}.",
        "At most {limit} follow-ups at once: your choice holds {found}.",
    ),
    "amount_unclear": (
        "Donnez un montant par suivi ou un total à répartir, pas les deux.",
        "Give an amount each or a total to share, not both.",
    ),
    "advisor_missing": ("Indiquez un conseiller.", "Name an advisor."),
}
