"""Floor 5: profiles and their administration."""

from msgcore.profile.admin import ProfileAdmin as ProfileAdmin
from msgcore.profile.portable import Needed as Needed
from msgcore.profile.portable import ProfileExport as ProfileExport
from msgcore.profile.portable import ProfileImport as ProfileImport
from msgcore.profile.profile import Profile as Profile
from msgcore.profile.profile import ServiceEntry as ServiceEntry
from msgcore.profile.services import ServiceAdmin as ServiceAdmin
