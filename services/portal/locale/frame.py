"""The frame of every page, signing in, and what goes wrong."""

from services.portal.locale.text import Plural, Text

TEXTS: dict[str, Text] = {
    "frame.colon": ("\u00a0:", ":"),
    "frame.skip": ("Aller au contenu", "Skip to content"),
    "frame.navigation": ("Navigation principale", "Main navigation"),
    "frame.home": ("Accueil", "Home"),
    "frame.campaigns": ("Opérations commerciales", "Campaigns"),
    "frame.notices": ("Notifications", "Notices"),
    "frame.unread": (
        Plural("{n} notification non lue", "{n} notifications non lues"),
        Plural("{n} unread notice", "{n} unread notices"),
    ),
    "frame.others": ("Plus", "More"),
    "frame.search": ("Rechercher un client, une opération", "Search clients and campaigns"),
    "frame.job_progress": ("{done} sur {total}", "{done} of {total}"),
    "frame.job_cancel": ("Interrompre", "Cancel"),
    "frame.chart_table": ("Voir le tableau", "Show as a table"),
    "frame.chart_save": ("Enregistrer l’image", "Save as picture"),
    "frame.sorted_up": ("tri croissant", "ascending"),
    "frame.sorted_down": ("tri décroissant", "descending"),
    "frame.save_help": ("Ctrl + Entrée enregistre", "Ctrl + Enter saves"),
    "search.title": ("Recherche", "Search"),
    "search.context": ("Résultats pour « {words} »", "Results for “{words}”"),
    "search.ask": ("Saisissez un nom de client ou d’opération.", "Enter the name of a client or of a campaign."),
    "search.clients": ("Clients", "Clients"),
    "search.campaigns": ("Opérations commerciales", "Campaigns"),
    "search.no_clients": (
        "Aucun client de votre périmètre ne correspond.",
        "No client within your reach matches.",
    ),
    "search.no_campaigns": ("Aucune opération ne correspond.", "No campaign matches."),
    "frame.language": ("Langue", "Language"),
    "frame.to_dark": ("Passer en mode sombre", "Use dark colours"),
    "frame.to_light": ("Passer en mode clair", "Use light colours"),
    "frame.sign_out": ("Se déconnecter", "Sign out"),
    "frame.account": ("Compte de {name}", "Account of {name}"),
    "frame.more": ("Afficher la suite", "Show more"),
    "frame.first_page": ("Revenir au début", "Back to the start"),
    "frame.about": ("{what} : {whom}", "{what}: {whom}"),
    "frame.required": ("obligatoire", "required"),
    "frame.optional": ("facultatif", "optional"),
    "sign_in.title": ("Connexion", "Sign in"),
    "sign_in.lead": (
        "Vos opérations commerciales : qui contacter aujourd’hui, où en est chaque client, ce qui reste à concrétiser.",
        "Run your sales campaigns: whom to contact today, where each client stands, what remains to be collected.",
    ),
    "sign_in.button": ("Se connecter", "Sign in"),
    "sign_in.demo": ("Personnes de démonstration", "People of the demonstration"),
    "sign_in.demo_help": (
        "Choisissez l’une d’elles à l’étape suivante ; aucun mot de passe n’est demandé.",
        "Choose one of them in the next step; no password is asked.",
    ),
    "sign_in.unknown_user": (
        "Cette personne est inconnue ou n’est plus active dans l’annuaire. Choisissez-en une autre.",
        "This person is unknown to the directory or no longer active. Choose another one.",
    ),
    "sign_in.failed": (
        "La connexion n’a pas abouti. Recommencez.",
        "Signing in did not succeed. Please try again.",
    ),
    "sign_in.unavailable": (
        "Le service de connexion ne répond pas. Réessayez dans un instant.",
        "The sign-in service does not answer. Try again in a moment.",
    ),
    "sign_in.expired": (
        "Votre session a expiré. Reconnectez-vous : vous reviendrez à la même page.",
        "Your session has expired. Sign in again: you will come back to the same page.",
    ),
    "error.title": ("Un problème est survenu", "Something went wrong"),
    "error.404.title": ("Page introuvable", "Page not found"),
    "error.404": (
        "Cette page n’existe pas, ou elle est en dehors de votre périmètre.",
        "There is no such page, or it lies outside your reach.",
    ),
    "error.403.title": ("Accès refusé", "Not allowed"),
    "error.403": (
        "Il vous manque un droit pour cette page. Adressez-vous à votre administrateur.",
        "You lack a right that this page needs. Ask your administrator.",
    ),
    "error.422.title": ("Demande incorrecte", "Invalid request"),
    "error.422": (
        "Cette demande n’a pas pu être comprise. Revenez à la page précédente.",
        "This request could not be understood. Go back to the page before.",
    ),
    "error.503.title": ("Momentanément indisponible", "Unavailable for the moment"),
    "error.unavailable": (
        "Le service ne répond pas pour le moment. Réessayez dans un instant.",
        "The service does not answer for the moment. Try again shortly.",
    ),
    "error.offline": (
        "La connexion est interrompue.",
        "The connection is interrupted.",
    ),
    "error.kept": (
        "Tout ce que contient cette page y reste, votre saisie aussi.",
        "All that is on this page stays, what you typed too.",
    ),
    "error.form_expired": (
        "Ce formulaire vient d’une autre session. Vérifiez votre saisie et envoyez-le à nouveau.",
        "This form comes from another session. Check what you entered and send it again.",
    ),
    "error.back_home": ("Revenir à l’accueil", "Back to the home page"),
    "error.again": (
        "Cette partie s’affichera d’elle-même dès que possible.",
        "This part will appear by itself as soon as it can.",
    ),
    "error.retry": ("Réessayer", "Try again"),
}
