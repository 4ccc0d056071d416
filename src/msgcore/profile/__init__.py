"""Floor 5: profiles, their administration and secrets."""

from msgcore.profile.admin import ProfileAdmin as ProfileAdmin
from msgcore.profile.profile import Profile as Profile
from msgcore.profile.profile import ServiceEntry as ServiceEntry
