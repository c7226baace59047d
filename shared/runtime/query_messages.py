"""What the refusals of filters and queries say to people, in French and in English."""

from collections.abc import Mapping
from typing import Any

from shared.runtime.rule_messages import Sentences

QUERIES: Sentences = {
    "filter_unreadable": (
        "Filtre illisible à la position {position}, attendu : {expected} ; trouvé : {found}.",
        "The filter cannot be read at position {position}: expected {expected}, found {found}.",
    ),
    "filter_shape": (
        "L’arbre du filtre est incorrect à « {place} » : {problem}.",
        "The filter’s tree is wrong at “{place}”: {problem}.",
    ),
    "filter_too_deep": (
        "Le filtre imbrique plus de {limit} niveaux : simplifiez-le.",
        "The filter nests more than {limit} levels: make it simpler.",
    ),
    "filter_too_large": (
        "Un filtre a au plus {criteria} critères et {values} valeurs.",
        "A filter has at most {criteria} criteria and {values} values.",
    ),
    "filter_too_long": (
        "Le texte du filtre dépasse {limit} caractères.",
        "The filter’s text exceeds {limit} characters.",
    ),
    "filter_empty": ("Une partie du filtre ne contient aucun critère.", "A part of the filter holds no criterion."),
    "filter_attribute": (
        "Un attribut a un nom de 1 à {limit} caractères, sur une ligne.",
        "An attribute’s name has 1 to {limit} characters, on one line.",
    ),
    "filter_attribute_unknown": (
        "Aucun client n’a d’attribut « {attribute} » : vérifiez son nom.",
        "No client has an attribute “{attribute}”: check its name.",
    ),
    "filter_kind": (
        "L’attribut « {attribute} » n’a jamais de valeur de ce genre ({kind}).",
        "The attribute “{attribute}” never holds such a value ({kind}).",
    ),
    "filter_operator": (
        "« {operator} » ne convient pas à « {attribute} » et à cette valeur.",
        "“{operator}” does not go with “{attribute}” and this value.",
    ),
    "filter_values": (
        "« {operator} » sur « {attribute} » attend un autre nombre de valeurs, toutes du même genre ({expected}).",
        "“{operator}” on “{attribute}” takes another number of values, all of one kind ({expected}).",
    ),
    "filter_value": (
        "Une valeur de « {attribute} » n’est pas possible ({reason}).",
        "A value of “{attribute}” is not possible ({reason}).",
    ),
    "too_many_clients": (
        "Cette requête trouve {count} clients ; un appel en cible au plus {limit} : affinez-la.",
        "This query finds {count} clients; one call targets at most {limit}: narrow it.",
    ),
    "percent_out_of_range": (
        "Le pourcentage doit être supérieur à {from} et ne pas dépasser {to}.",
        "The percentage must be above {from} and not exceed {to}.",
    ),
    "entry_date_or_spread": (
        "Donnez une date d’entrée, ou répartissez les entrées : l’un des deux.",
        "Give an entry date, or have the entries spread: one of the two.",
    ),
    "query_unclear": (
        "Donnez un filtre ou une requête enregistrée, l’un des deux.",
        "Give a filter or a saved query, one of the two.",
    ),
    "query_name_taken": (
        "Vous avez déjà une requête « {name} ».",
        "You already have a query “{name}”.",
    ),
    "query_changed": (
        "Cette requête a été modifiée entre-temps : relisez-la, puis recommencez.",
        "This query was changed meanwhile: read it again, then try again.",
    ),
}

_IN_FRENCH = {
    "end of the name": "la fin du nom",
    "and, or, end of the filter": "and, or, la fin du filtre",
    "attribute": "un attribut",
    "attribute, not, (": "un attribut, not, (",
    'value: "text", 12.5, 2026-11-24, true or false': (
        'une valeur, comme "texte", 12.5, une date AAAA-MM-JJ, true ou false'
    ),
    "comma, )": "une virgule, )",
    "a day of the calendar": "un jour du calendrier",
    'closing "': 'un " fermant',
    "closing ]": "un ] fermant",
    "attribute, operator or value": "un attribut, un opérateur ou une valeur",
}


def told(data: Mapping[str, Any], *, french: bool) -> dict[str, Any]:
    """The data of `filter_unreadable` as people are told it: nothing found is the end of the text."""
    expected, found = str(data.get("expected", "…")), data.get("found")
    end = "la fin du texte" if french else "the end of the text"
    return {
        **data,
        "expected": _IN_FRENCH.get(expected, expected) if french else expected,
        "found": end if found == "" else f"« {found} »" if french else f"“{found}”",
    }
