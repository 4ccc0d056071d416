"""Restrictions, sort orders and columns as text: ``subject:contains("x") and size > 10kb``.

The grammar stands in :mod:`msgcore.props.text_form.parser`; what is printed always reads as the same value again.
"""

from msgcore.props.text_form.parser import parse_columns as parse_columns
from msgcore.props.text_form.parser import parse_property as parse_property
from msgcore.props.text_form.parser import parse_restriction as parse_restriction
from msgcore.props.text_form.parser import parse_sort_order as parse_sort_order
from msgcore.props.text_form.printer import format_property as format_property
from msgcore.props.text_form.printer import format_restriction as format_restriction
from msgcore.props.text_form.printer import format_sort_order as format_sort_order
