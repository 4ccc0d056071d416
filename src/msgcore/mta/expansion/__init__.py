"""Expansion: what a recipient stands for, before anything is routed."""

from msgcore.mta.expansion.expand import expand as expand
from msgcore.mta.expansion.expansion import Expansion as Expansion
from msgcore.mta.expansion.expansion import ExpansionLimits as ExpansionLimits
from msgcore.mta.expansion.expansion import OwnerGroup as OwnerGroup
from msgcore.mta.expansion.preview import ExpandedDecision as ExpandedDecision
from msgcore.mta.expansion.preview import preview as preview
