"""Dovecot: IMAP, POP3 and LMTP over Maildir, submission to smtp-sink, and the user database of Postfix."""

import getpass
import grp
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from string import Template

from tests.servers.authority import Authority
from tests.servers.server import PASSWORDS, Server, find_program, greets
from tests.servers.sink import SmtpSink

_COMMON = Template("""
base_dir = $directory/run
state_dir = $directory/state
log_path = $directory/dovecot.log
protocols = imap pop3 lmtp submission
hostname = mail.example.test
submission_relay_host = 127.0.0.1
submission_relay_port = $sink
listen = 127.0.0.1
ssl = yes
auth_mechanisms = plain login cram-md5 scram-sha-256
auth_failure_delay = 0
first_valid_uid = 1
mail_max_userip_connections = 100
default_login_user = $login_user
default_internal_user = $internal_user
default_internal_group = $internal_group
service anvil {
  $chroot
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  inet_listener $auth_listener {
    $listen_on = 127.0.0.1
    port = $auth
  }
}
service imap-login {
  $chroot
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = $imaps
    ssl = yes
  }
}
service pop3-login {
  $chroot
  inet_listener pop3 {
    port = $pop3
  }
  inet_listener pop3s {
    port = $pop3s
    ssl = yes
  }
}
service submission-login {
  $chroot
  inet_listener submission {
    port = $submission
  }
}
service lmtp {
  unix_listener lmtp {
    mode = 0666
  }
  inet_listener lmtp {
    $listen_on = 127.0.0.1
    port = $lmtp
  }
}
""")

_UP_TO_2_3 = Template("""
ssl_cert = <$certificate
ssl_key = <$key
disable_plaintext_auth = no
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%n $directory/users
}
userdb {
  driver = passwd-file
  args = username_format=%n $directory/users
  default_fields = uid=$uid gid=$gid home=$directory/mail/%n
}
""")

_SINCE_2_4 = Template("""
ssl_server_cert_file = $certificate
ssl_server_key_file = $key
auth_allow_cleartext = yes
auth_username_format = %{user | username | lower}
passdb passwd-file {
  passwd_file_path = $directory/users
}
userdb passwd-file {
  passwd_file_path = $directory/users
  fields {
    uid:default = $uid
    gid:default = $gid
    home:default = $directory/mail/%{user | username}
  }
}
""")

_ANYBODY_UP_TO_2_3 = Template("""
passdb {
  driver = static
  args = password=$password
}
userdb {
  driver = static
  args = uid=$uid gid=$gid home=$directory/mail/%n
}
""")

_ANYBODY_SINCE_2_4 = Template("""
passdb static {
  fields {
    password = $password
  }
}
userdb static {
  fields {
    uid = $uid
    gid = $gid
    home = $directory/mail/%{user | username}
  }
}
""")

_STORAGE_UP_TO_2_3 = {"maildir": "mail_location = maildir:~/Maildir", "sdbox": "mail_location = sdbox:~/sdbox"}
_STORAGE_SINCE_2_4 = {
    "maildir": "mail_driver = maildir\nmail_path = ~/Maildir",
    "sdbox": "mail_driver = sdbox\nmail_path = ~/sdbox",
}


ANYBODY = "password-of-anybody"
"""By which everybody logs in to a server that is for anybody."""

SPECIAL_USE = (
    """
namespace inbox {
  inbox = yes
"""
    + "".join(
        f"""
  mailbox {name} {{
    auto = create
    special_use = \\{role}
  }}
"""
        for name, role in (("Sent", "Sent"), ("Trash", "Trash"), ("Drafts", "Drafts"), ("Junk", "Junk"))
    )
    + "}"
)
"""Settings by which everybody has the usual mailboxes, with the roles of RFC 6154."""


class Dovecot(Server):
    """A Dovecot with the users of ``PASSWORDS``, who log in as ``alice`` or ``alice@example.test``.

    ``imap``, ``pop3`` and ``lmtp`` are ports with STARTTLS (cleartext log-in is allowed), ``imaps`` and ``pop3s`` start
    with TLS, and ``auth`` answers Postfix. ``submission`` offers STARTTLS, needs AUTH, and hands on to the sink.
    ``settings`` are lines of the configuration that replace those here. ``anybody`` is a password by which everybody
    else logs in, to a mailbox of their own. ``storage`` is how it is kept: the hierarchy separator of Maildir is ``.``,
    that of sdbox ``/``.
    """

    def __init__(
        self, authority: Authority, sink: SmtpSink, *settings: str, anybody: str | None = None, storage: str = "maildir"
    ) -> None:
        super().__init__(port_count=7, in_memory=True)
        self._settings = settings
        self._anybody = anybody
        self._storage = storage
        self._authority = authority
        self._sink = sink
        self._put_count = 0
        self.imap, self.imaps, self.pop3, self.pop3s, self.lmtp, self.auth, self.submission = self.ports

    @classmethod
    def missing(cls) -> str | None:
        if find_program("dovecot") is None:
            return "not installed: dovecot (Debian: dovecot-core)"
        absent = [
            name
            for name in ("imap", "pop3", "lmtp", "submission")
            if not any(Path("/usr").glob(f"lib*/dovecot/{name}"))
        ]
        return (
            f"Dovecot lacks {', '.join(absent)} (Debian: dovecot-imapd, -pop3d, -lmtpd, -submissiond)"
            if absent
            else None
        )

    @property
    def lmtp_socket(self) -> Path:
        """The Unix socket of LMTP."""
        return self.directory / "run" / "lmtp"

    def maildir(self, user: str) -> Path:
        """Say where the mail of ``user`` is; the folder is there after the first log-in or delivery."""
        return self.directory / "mail" / user / "Maildir"

    def put(self, user: str, messages: Iterable[bytes]) -> None:
        """Put messages, with CRLF, into the inbox of ``user`` behind those that were put before."""
        folder = self.maildir(user)
        for name in ("", "cur", "new", "tmp"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for octets in messages:
            self._put_count += 1
            kept = octets.replace(b"\r\n", b"\n")
            # Dovecot orders by the seconds in front, and reads no message whose sizes stand in its name.
            name = f"{1_000_000_000 + self._put_count}.P1Q1.msgcore,S={len(kept)},W={len(octets)}"
            (folder / "new" / name).write_bytes(kept)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "mail:mail", self.maildir(user).parent], check=True)

    def waiting(self, user: str) -> list[bytes]:
        """Give the messages in the inbox of ``user``, with CRLF, those that were put first first."""
        while True:
            files = self._files(user)
            # A session that was cut may still be at work: it renames and removes files.
            with suppress(FileNotFoundError):
                found = [file.read_bytes().replace(b"\n", b"\r\n") for file in files]
                if self._files(user) == files:
                    return found

    def empty(self, user: str) -> None:
        """Take every message out of the inbox of ``user``; unique ids are not used again."""
        while files := self._files(user):
            for file in files:
                file.unlink(missing_ok=True)
            # Where nothing but new has changed, Dovecot goes by its index for the rest. Unique ids are in another file.
            os.utime(self.maildir(user) / "cur")
            for index in self.maildir(user).glob("dovecot.index*"):
                index.unlink(missing_ok=True)

    def _files(self, user: str) -> list[Path]:
        # What moves goes from new to cur: in this order none is missed, and one that is seen twice is gone from new.
        files = [file for name in ("new", "cur") for file in (self.maildir(user) / name).glob("*")]
        return sorted(files, key=lambda file: file.name)

    @property
    def log_file(self) -> Path:
        return self.directory / "dovecot.log"

    def prepare(self) -> None:
        for name in ("run", "state", "mail"):
            (self.directory / name).mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.directory / "mail", "mail", "mail")
        # Without the empty fields of passwd(5) Dovecot finds the password and no user.
        users = "".join(f"{name}:{{PLAIN}}{password}::::::\n" for name, password in PASSWORDS.items())
        (self.directory / "users").write_text(users)
        (self.directory / "dovecot.conf").write_text(self._configuration())

    def command(self) -> list[str | Path]:
        return [_program(), "-F", "-c", self.directory / "dovecot.conf"]

    def is_ready(self) -> bool:
        return greets(self.imap, b"* OK") and greets(self.pop3, b"+OK") and greets(self.lmtp, b"220")

    def _configuration(self) -> str:
        version = _version()
        is_2_4 = version >= (2, 4)
        if os.geteuid() == 0:
            accounts = {
                "login_user": "dovenull",
                "internal_user": "dovecot",
                "internal_group": "dovecot",
                "uid": "mail",
                "gid": "mail",
                "chroot": "",
            }
        else:
            me, my_group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
            accounts = {
                "login_user": me,
                "internal_user": me,
                "internal_group": my_group,
                "uid": me,
                "gid": my_group,
                "chroot": "chroot =",
            }
        values = {
            "directory": self.directory,
            "certificate": self._authority.server.certificate,
            "key": self._authority.server.key,
            "listen_on": "listen" if is_2_4 else "address",
            "auth_listener": "postfix" if is_2_4 else "",
            "imap": self.imap,
            "imaps": self.imaps,
            "pop3": self.pop3,
            "pop3s": self.pop3s,
            "lmtp": self.lmtp,
            "auth": self.auth,
            "submission": self.submission,
            "sink": self._sink.port,
            **accounts,
        }
        storage = (_STORAGE_SINCE_2_4 if is_2_4 else _STORAGE_UP_TO_2_3)[self._storage] + "\n"
        if self._anybody is not None:
            static = _ANYBODY_SINCE_2_4 if is_2_4 else _ANYBODY_UP_TO_2_3
            storage += static.substitute(values, password=self._anybody)
        number = ".".join(map(str, version))
        first = f"dovecot_config_version = {number}\ndovecot_storage_version = {number}\n" if is_2_4 else ""
        whole = first + _COMMON.substitute(values) + (_SINCE_2_4 if is_2_4 else _UP_TO_2_3).substitute(values)
        return whole + storage + "".join(f"{line}\n" for line in self._settings)


def _version() -> tuple[int, ...]:
    text = subprocess.run([_program(), "--version"], check=True, capture_output=True, text=True).stdout
    match = re.match(r"(\d+)\.(\d+)\.(\d+)", text)
    assert match, text
    return tuple(map(int, match.groups()))


def _program() -> Path:
    program = find_program("dovecot")
    assert program
    return program
