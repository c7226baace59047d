"""French-sounding names composed from our own word lists; no person or bank is meant."""

from random import Random

_FIRST = (
    "Adèle", "Agathe", "Alban", "Aline", "Ambre", "Anatole", "Apolline", "Armand", "Aude", "Baptiste", "Basile",
    "Bérénice", "Blanche", "Brice", "Camille", "Capucine", "Céleste", "Clarisse", "Clément", "Colin", "Constance",
    "Corentin", "Cyprien", "Daphné", "Delphine", "Edgar", "Éliane", "Éloi", "Émile", "Estelle", "Eugénie", "Fabien",
    "Faustine", "Félix", "Flore", "Gaspard", "Ghislain", "Gilles", "Hélène", "Honoré", "Irène", "Jeanne", "Joachim",
    "Judith", "Lambert", "Léonie", "Lucien", "Maëlle", "Marceau", "Margot", "Maxence", "Noémie", "Octave", "Odile",
    "Ophélie", "Pascal", "Perrine", "Quentin", "Raphaëlle", "Régis", "Roxane", "Sabine", "Solène", "Sylvain",
    "Tanguy", "Théodore", "Thaïs", "Ursule", "Victoire", "Xavier", "Yolande", "Zoé",
)  # fmt: skip
_STEMS = (
    "Aube", "Bel", "Bois", "Brune", "Chante", "Claire", "Cour", "Croix", "Fleur", "Font", "Garde", "Grand", "Haute",
    "Lande", "Long", "Mont", "Neuf", "Noir", "Ormes", "Pierre", "Pré", "Roche", "Rouge", "Saule", "Taille", "Val",
    "Vert", "Vigne",
)  # fmt: skip
_ENDINGS = (
    "bois", "caillou", "champ", "combe", "côte", "fontaine", "fort", "franc", "gris", "lieu", "mare", "mont",
    "moulin", "noy", "pont", "roche", "sart", "val", "vent", "ville",
)  # fmt: skip
REGIONS = ("Ouest", "Rhône", "Plateaux")
TOWNS = (
    "Beauport", "Chêneval", "Fontclaire", "Grandlieu", "La Roseraie", "Les Ormeaux", "Montclair", "Port-Sablé",
    "Rivebelle", "Saint-Alban-des-Prés", "Valmarine", "Vieilleville",
)  # fmt: skip


_SEED = "jalon-demo"


def seeded(purpose: str) -> Random:
    """Chance that is the same at every load."""
    return Random(f"{_SEED}/{purpose}")  # noqa: S311  names and days of a demonstration are no secrets


def person(random: Random) -> str:
    """A first name and a family name."""
    return f"{random.choice(_FIRST)} {random.choice(_STEMS)}{random.choice(_ENDINGS)}"
