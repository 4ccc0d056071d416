"""Which mechanism to use: the strongest that server and credentials have in common and the connection allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused, TlsRequired
from msgcore.wire.sasl.bearer import OAuthBearer, XOAuth2
from msgcore.wire.sasl.binding import ChannelBinding
from msgcore.wire.sasl.cram_md5 import CramMd5
from msgcore.wire.sasl.external import External
from msgcore.wire.sasl.mechanism import Credentials, Mechanism, MechanismFactory
from msgcore.wire.sasl.plain import Login, Plain
from msgcore.wire.sasl.scram import Scram
from msgcore.wire.sasl.scram_keys import SCRAM_HASHES

__all__ = ["choose_mechanism"]


def choose_mechanism(
    offered: Iterable[str],
    credentials: Credentials,
    *,
    is_private: bool,
    allow_cleartext: bool = False,
    binding: ChannelBinding | None = None,
    own: Sequence[MechanismFactory] = (),
) -> Mechanism:
    """Choose the strongest mechanism that the server offers and the connection allows; the user's own come first.

    ``is_private``: the connection is in TLS, and the server's certificate was verified.

    Raises:
        TlsRequired: the connection is not private, and what is offered would reveal the password or token.
        AuthenticationRefused: nothing is offered that these credentials serve for.
    """
    names = {name.upper() for name in offered}
    known = [*(make(credentials) for make in own), *_known(credentials, is_private, binding)]
    usable = [mechanism for mechanism in known if mechanism.name.upper() in names]
    if not usable:
        if not names:
            raise AuthenticationRefused("the server offers no way to log in")
        raise AuthenticationRefused(f"no mechanism in common; offered: {' '.join(sorted(names))}")
    for mechanism in usable:
        if is_private or allow_cleartext or not mechanism.reveals_password:
            return mechanism
    raise TlsRequired(f"AUTH {usable[0].name} would send the password in clear; TLS is required with a user")


def _known(who: Credentials, is_private: bool, binding: ChannelBinding | None) -> Iterator[Mechanism]:
    if who.token is not None:
        acts_for = who.authorization_id or who.user
        yield OAuthBearer(acts_for, who.token)
        yield XOAuth2(acts_for, who.token)
    if who.password is not None:
        yield from _with_password(who, who.password, is_private, binding)
    if who.token is None and who.password is None:
        yield External(who.authorization_id or who.user)


def _with_password(
    who: Credentials, password: Secret, is_private: bool, binding: ChannelBinding | None
) -> Iterator[Mechanism]:
    plus = [f"{name}-PLUS" for name in SCRAM_HASHES] if binding is not None else []
    for name in (*plus, *SCRAM_HASHES):
        yield Scram(name, who.user, password, who.authorization_id, binding)
    plain: Mechanism = Plain(who.user, password, who.authorization_id)
    if who.authorization_id:
        yield plain  # the others cannot say for whom the user acts
        return
    digest, login = CramMd5(who.user, password), Login(who.user, password)
    # In TLS the digest hides nothing more, and needs a server that stores the password itself.
    yield from (plain, login, digest) if is_private else (digest, plain, login)
