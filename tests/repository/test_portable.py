import re

from tests.repository.tree import ROOT, files, text_of

# Where packages come from is the machine's business: mirrors differ, and a lock must not choose.
# Written in two parts, so that this file passes its own test.
REGISTRIES = [
    "pypi" + r"\.org",
    "pythonhosted" + r"\.org",
    "npmjs" + r"\.(?:org|com)",
    "npmmirror" + r"\.com",
    "yarnpkg" + r"\.com",
    "proxy" + r"\.golang\.org",
    "docker" + r"\.io",
    "ghcr" + r"\.io",
    "quay" + r"\.io",
    "gcr" + r"\.io",
]
MACHINE = [re.escape(str(ROOT)) + r"\b", "/" + r"home/\w+", "/" + r"Users/\w+", "/" + r"root/"]
PRIVATE_KEY = "-----BEGIN (?:[A-Z]+ )?" + "PRIVATE KEY-----"


def found(patterns: list[str]) -> list[str]:
    pattern = re.compile("|".join(patterns))
    return [f"{path}: {match[0]}" for path in files() if (match := pattern.search(text_of(path)))]


def test_no_file_names_a_package_registry():
    assert found(REGISTRIES) == []


def test_no_file_names_a_path_of_somebodys_machine():
    assert found(MACHINE) == []


def test_no_file_holds_a_private_key():
    assert found([PRIVATE_KEY]) == []


def test_every_pinned_package_has_its_hash():
    loose = [
        f"{path}: {line}"
        for path in files()
        if path.parts[0] == "requirements"
        for line in text_of(path).splitlines()
        if re.match(r"\S+==", line) and not line.endswith("\\")
    ]

    assert loose == []
