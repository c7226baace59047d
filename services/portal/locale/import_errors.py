"""Why a row of a file is not imported, by the code that the directory gives it."""

from services.portal.locale.text import Text

TEXTS: dict[str, Text] = {
    "import.error.duplicate_in_call": (
        "Une ligne plus haut porte le même identifiant. Gardez-en une seule.",
        "A row above has the same identifier. Keep one of them.",
    ),
    "import.error.wrong_cell_count": (
        "La ligne n’a pas autant de cellules que la première.",
        "The row does not have as many cells as the first one.",
    ),
    "import.error.unknown_parent": (
        "L’unité supérieure n’existe pas, ou sa ligne est refusée. Donnez-la d’abord.",
        "The unit above does not exist, or its row is refused. Put it first.",
    ),
    "import.error.unit_cycle": (
        "Par ses unités supérieures, l’unité serait au-dessous d’elle-même.",
        "Through the units above it, the unit would lie below itself.",
    ),
    "import.error.too_deep": ("L’arbre des unités est trop profond.", "The tree of units is too deep."),
    "import.error.inactive_parent": (
        "L’unité supérieure n’est plus active. Choisissez-en une autre.",
        "The unit above is no longer active. Choose another one.",
    ),
    "import.error.unit_in_use": (
        "L’unité a encore des utilisateurs ou des unités actifs. Déplacez-les d’abord.",
        "Active users or units are left in the unit. Move them first.",
    ),
    "import.error.unknown_unit": (
        "L’unité n’existe pas. Donnez-la d’abord.",
        "The unit does not exist. Put it first.",
    ),
    "import.error.unknown_profile": (
        "Le profil n’existe pas. Donnez-le d’abord.",
        "The profile does not exist. Put it first.",
    ),
    "import.error.inactive_unit": (
        "L’unité n’est plus active. Choisissez-en une autre.",
        "The unit is no longer active. Choose another one.",
    ),
    "import.error.inactive_profile": (
        "Le profil n’est plus actif. Choisissez-en un autre.",
        "The profile is no longer active. Choose another one.",
    ),
    "import.error.profile_in_use": (
        "Des utilisateurs actifs ont ce profil. Donnez-leur-en un autre d’abord.",
        "Active users have this profile. Give them another one first.",
    ),
    "import.error.unknown_advisor": (
        "Le conseiller n’existe pas. Donnez-le d’abord, parmi les utilisateurs.",
        "The advisor does not exist. Put the user first.",
    ),
    "import.error.unknown_client": (
        "Le client n’existe pas. Donnez-le d’abord.",
        "The client does not exist. Put the client first.",
    ),
    "import.error.unknown_account": (
        "Le compte n’existe pas. Donnez-le d’abord.",
        "The account does not exist. Put the account first.",
    ),
    "import.error.field_missing": ("Colonne {field} : une valeur est nécessaire.", "{field}: a value is required."),
    "import.error.unknown_field": ("Colonne {field} : elle n’est pas connue.", "{field}: not a known column."),
    "import.error.too_long": ("Colonne {field} : le texte est trop long.", "{field}: the text is too long."),
    "import.error.invalid": ("Colonne {field} : la valeur est illisible.", "{field}: the value cannot be read."),
    "import.error.amount_ambiguous": (
        "Colonne {field} : le montant peut se lire de deux façons. Écrivez les centimes.",
        "{field}: the amount can be read in two ways. Write the cents.",
    ),
    "import.error.amount_invalid": (
        "Colonne {field} : le montant est illisible.",
        "{field}: the amount cannot be read.",
    ),
    "import.error.amount_not_exact": (
        "Colonne {field} : le montant a plus de deux décimales.",
        "{field}: the amount has more than two decimals.",
    ),
    "import.error.amount_too_large": (
        "Colonne {field} : le montant est trop grand.",
        "{field}: the amount is too large.",
    ),
    "import.error.date_invalid": (
        "Colonne {field} : la date est illisible. Écrivez 2026-04-20.",
        "{field}: the date cannot be read. Write 2026-04-20.",
    ),
    "import.error.date_out_of_range": (
        "Colonne {field} : la date est trop lointaine.",
        "{field}: the date is too far away.",
    ),
    "import.error.control_characters": (
        "Colonne {field} : le texte contient des caractères invisibles.",
        "{field}: the text holds invisible characters.",
    ),
    "import.error.external_id_characters": (
        "Colonne {field} : l’identifiant contient des caractères refusés.",
        "{field}: the identifier holds characters that are not taken.",
    ),
    "import.error.attribute_kind": (
        "Colonne {field} : un attribut est un texte, un nombre, oui ou non.",
        "{field}: an attribute is a text, a number, yes or no.",
    ),
    "import.error.attribute_name": (
        "Colonne {field} : le nom de l’attribut est refusé.",
        "{field}: the name of the attribute is not taken.",
    ),
    "import.error.attribute_number": (
        "Colonne {field} : le nombre est trop grand ou illisible.",
        "{field}: the number is too large or cannot be read.",
    ),
    "import.error.attribute_too_long": (
        "Colonne {field} : le texte est trop long.",
        "{field}: the text is too long.",
    ),
    "import.error.too_many_attributes": (
        "Le client a trop d’attributs.",
        "The client has too many attributes.",
    ),
}
