"""Messages from one form into another, with an account of what that lost."""

from msgcore.codecs.convert.converting import Converted as Converted
from msgcore.codecs.convert.converting import convert as convert
from msgcore.codecs.convert.loss import Loss as Loss
from msgcore.codecs.convert.loss import LossReason as LossReason

__all__ = ["Converted", "Loss", "LossReason", "convert"]
