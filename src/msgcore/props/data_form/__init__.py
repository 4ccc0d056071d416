"""Restrictions as data of JSON's kinds, for programs and files: objects, arrays, texts, numbers, true, false.

============================================================  ==================================================
``{"and": [R, …]}``, ``{"or": [R, …]}``, ``{"not": R}``       And, Or, Not
``{"property": P, "relation": "<", "value": V}``              Comparison; ``"other": P`` instead: PropertyComparison;
                                                              ``"size": I`` instead: Size
``{"property": P, "content": "prefix", "value": V}``          Content; also ``"ignore_case"``, ``"ignore_non_space"``,
                                                              ``"is_loose"``, which are false when not there
``{"property": P, "any_bit": I}``, ``{…, "no_bit": I}``       Bitmask
``{"property": P, "exists": true}``                           Exists
``{"any": "recipient", "where": R}``                          AnyRow
``{"first": I, "where": R}``                                  Count
``{"annotated": R, "values": [[P, V], …]}``                   Annotation
``{"anr": V}``                                                AmbiguousName
============================================================  ==================================================

``P`` is a property's name in any form that the text form has. ``V`` is a text, a number, true or false; an array for
several values; or an object with one key for what JSON has not or does not keep: ``{"time": "2026-01-01T10:00:00Z"}``,
``{"octets": base64}``, ``{"guid": …}``, ``{"decimal": "1.50"}``, ``{"int": "0x20000000000000"}`` (past 53 bits),
``{"float": "inf"}``, ``{"text": …}`` (half surrogates as ``\\ud800``).
"""

from msgcore.props.data_form.reading import restriction_from_data as restriction_from_data
from msgcore.props.data_form.writing import restriction_to_data as restriction_to_data
