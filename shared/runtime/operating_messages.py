"""What the refusals about held signals and webhooks say to people, in French and in English."""

from shared.runtime.rule_messages import Sentences

HELD: Sentences = {
    "not_retriable": (
        "Ceci ne peut pas être essayé à nouveau : seuls les signaux du CRM refusés ou en attente le peuvent.",
        "This cannot be tried again: only signals of the CRM that are refused or parked can.",
    ),
    "not_held": (
        "Ceci n’est ni refusé ni en attente : il n’y a rien à écarter.",
        "This is neither refused nor parked: there is nothing to dismiss.",
    ),
    "under_way": (
        "La décision est en cours : réessayez dans un instant.",
        "It is just being decided: try again in a moment.",
    ),
    "letter_unknown": ("Cet e-mail est inconnu.", "This e-mail is unknown."),
    "letter_sent": (
        "Cet e-mail est parti : il n’est pas renvoyé.",
        "This e-mail was sent: it is not sent again.",
    ),
    "letter_writer_out_of_reach": (
        "La personne qui a écrit cet e-mail n’a plus accès au client : le conseiller actuel peut en écrire un autre.",
        "Whoever wrote this e-mail no longer has access to the client: the present advisor may write another one.",
    ),
    "parked_unknown": (
        "Ce message n’est plus mis de côté : il a été repris ou écarté.",
        "This message is no longer set aside: it was tried again or dismissed.",
    ),
    "reconciliation_unknown": ("Ce rapprochement est inconnu.", "This reconciliation is unknown."),
}

WEBHOOKS: Sentences = {
    "digest_needs_mail": (
        "Aucun serveur de messagerie n’est configuré : aucun récapitulatif ne peut être envoyé.",
        "No mail server is configured: no digest can be sent.",
    ),
    "webhook_unknown": ("Cet abonnement est inconnu.", "This subscription is unknown."),
    "delivery_unknown": (
        "Cet envoi est inconnu, ou il est en cours.",
        "This delivery is unknown, or it is just being made.",
    ),
    "webhook_name_taken": ("Un autre abonnement porte ce nom.", "Another subscription has this name."),
    "webhook_url_invalid": (
        "Cette adresse ne peut recevoir aucun envoi : ni identifiant, ni fragment.",
        "This is no address of a receiver: it has no user and no fragment.",
    ),
    "webhook_needs_https": ("L’adresse doit commencer par https.", "The address must begin with https."),
    "webhook_address_not_allowed": (
        "Cette adresse n’est pas publique.",
        "This address is not a public one.",
    ),
}
