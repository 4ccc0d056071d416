"""An MTA's configuration: one TOML file that says all that its processes need to know."""

from msgcore.mta.configuration.configuration import Configuration as Configuration
from msgcore.mta.configuration.reading import load_configuration as load_configuration
from msgcore.mta.configuration.reading import read_configuration as read_configuration
