"""The profile that a caller means: by name, the default one, or one that is there already."""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.base.times import Deadline
from msgcore.profile.admin import ProfileAdmin
from msgcore.profile.profile import Profile
from msgcore.runtime.abc import Runtime
from msgcore.spi.secrets import SecretSource

__all__ = ["given_profile"]


async def given_profile(
    profile: str | Profile | None,
    runtime: Runtime,
    deadline: Deadline,
    *,
    admin: ProfileAdmin | None,
    secrets: Mapping[str, SecretSource] | None,
) -> Profile:
    """Read a profile by its name, ``None`` being the default one, and let it have what the program gives for
    ``callable:NAME`` in it.

    Raises:
        ProfileError: it is missing or wrong; with file, line and key.
    """
    if isinstance(profile, Profile):
        found = profile
    else:
        administration = admin or ProfileAdmin()
        found = await runtime.in_thread(lambda: administration.profile(profile), deadline)
    return found if secrets is None else found.with_secrets(secrets)
