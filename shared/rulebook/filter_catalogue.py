"""Whether a filter speaks of attributes that some client has, and of values of their kind (docs/domain.md, Queries)."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from shared.rulebook.errors import Invalid
from shared.rulebook.filters import Attribute, Criterion, Filter, Kind, criteria_of, kind_of


def check_known(whole: Filter, catalogue: Mapping[str, Collection[Kind]]) -> None:
    """Nothing when every attribute of the CRM's is in the catalogue, with a value of that kind.

    Invalid: `filter_attribute_unknown`, with those called nearly so as `nearest`; `filter_kind`, with the `kinds` it
    holds. A typing error would else be a filter that matches nobody.
    """
    for one in criteria_of(whole):
        check_attribute(one.attribute, catalogue)
        if one.attribute.crm:
            _check_kind(one, catalogue[one.attribute.name])


def check_attribute(about: Attribute, catalogue: Mapping[str, Collection[Kind]]) -> None:
    """Nothing when the directory or some client has this attribute; Invalid `filter_attribute_unknown`."""
    if about.crm and about.name not in catalogue:
        nearest = get_close_matches(about.name, catalogue, n=3)
        raise Invalid("filter_attribute_unknown", {"attribute": about.name, "nearest": nearest})


def _check_kind(one: Criterion, held: Collection[Kind]) -> None:
    if not one.values or not held:
        return
    kind = kind_of(one.values[0])
    if kind in held or (kind is Kind.TEXT and Kind.DATE in held):  # the CRM's dates are texts
        return
    raise Invalid("filter_kind", {"attribute": one.attribute.name, "kind": kind.value, "kinds": sorted(held)})
