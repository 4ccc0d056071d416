"""Postfix: submission, delivery to Maildir, and relays to smtp-sink and Dovecot."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from string import Template

from tests.servers.authority import Authority
from tests.servers.dovecot import Dovecot
from tests.servers.server import PASSWORDS, START_SECONDS, Server, find_program, greets, wait_until
from tests.servers.sink import SmtpSink

_MAIN = Template("""
compatibility_level = 3.6
queue_directory = $directory/spool
data_directory = $directory/data
daemon_directory = $daemons
maillog_file = $directory/postfix.log
maillog_file_prefixes = $directory
myhostname = mx.example.test
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_error_sleep_time = 0
virtual_mailbox_domains = example.test
virtual_mailbox_maps = inline:{ $mailboxes }
virtual_transport = virtual
virtual_mailbox_base = $directory/mail
virtual_minimum_uid = 1
virtual_uid_maps = static:$mail_uid
virtual_gid_maps = static:$mail_gid
relay_domains = $domains
transport_maps = inline:{ $routes }
default_transport = error:5.1.2 nothing leaves this test
smtpd_recipient_restrictions = check_recipient_access inline:{ {tempfail.test = 451 4.7.1 Try again later} }
smtpd_tls_security_level = may
smtpd_tls_cert_file = $certificate
smtpd_tls_key_file = $key
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:$auth
smtp_tls_CAfile = $authority
$more
""")

# Postfix's own master.cf without chroot, pickup and pipe services. No log is written without the postlog line.
_MASTER = Template("""
127.0.0.1:$smtp       inet n - n - - smtpd
127.0.0.1:$submission inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
127.0.0.1:$smtps      inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
cleanup    unix n - n - 0 cleanup
qmgr       unix n - n 300 1 qmgr
tlsmgr     unix - - n 1000? 1 tlsmgr
rewrite    unix - - n - - trivial-rewrite
bounce     unix - - n - 0 bounce
defer      unix - - n - 0 bounce
trace      unix - - n - 0 bounce
verify     unix - - n - 1 verify
flush      unix n - n 1000? 0 flush
proxymap   unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp       unix - - n - - smtp
relay      unix - - n - - smtp
smtps      unix - - n - - smtp
  -o smtp_tls_wrappermode=yes
  -o smtp_tls_security_level=verify
showq      unix n - n - - showq
error      unix - - n - - error
retry      unix - - n - - error
discard    unix - - n - - discard
virtual    unix - n n - - virtual
lmtp       unix - - n - - lmtp
anvil      unix - - n - 1 anvil
scache     unix - - n - 1 scache
postlog    unix-dgram n - n - 1 postlogd
""")


class Postfix(Server):
    """A Postfix for example.test that lets the users of ``PASSWORDS`` log in.

    - ``smtp`` is a port with STARTTLS, ``smtps`` one that starts with TLS; AUTH is offered and not required on both.
    - ``submission`` requires STARTTLS, then AUTH.
    - ``alice@example.test`` and ``bob@example.test`` have a Maildir; any other RCPT in that domain gets 550 5.1.1.
    - Mail for ``sink.test`` is relayed to the sink; RCPT in ``tempfail.test`` gets 451 4.7.1.
    - Mail for ``dovecot.test`` is delivered to Dovecot, where a user that is not there makes a report to the sender.
    - Mail for a domain of ``routes`` goes where that says, as in transport(5); ``smtps`` is TLS from the first octet.
    - Any other RCPT gets 550 5.1.2.

    ``more`` are lines at the end of its main.cf.
    """

    def __init__(
        self,
        authority: Authority,
        dovecot: Dovecot,
        sink: SmtpSink,
        *,
        routes: Mapping[str, str] | None = None,
        more: str = "",
    ) -> None:
        super().__init__(port_count=3)
        self._routes = {
            "sink.test": f"smtp:[127.0.0.1]:{sink.port}",
            "dovecot.test": f"lmtp:inet:127.0.0.1:{dovecot.lmtp}",
            **(routes or {}),
        }
        self._more = more
        self._authority = authority
        self._dovecot = dovecot
        self.sink = sink
        self.smtp, self.submission, self.smtps = self.ports
        self._daemons = _postconf("daemon_directory")

    @classmethod
    def missing(cls) -> str | None:
        if not (find_program("postfix") and find_program("postconf")):
            return "not installed: postfix (Debian: postfix)"
        return None if os.geteuid() == 0 else "Postfix refuses to run without root; run the tests as root to include it"

    def maildir(self, user: str) -> Path:
        """Say where the mail of ``user`` is; the folder is there after the first delivery."""
        return self.directory / "mail" / user

    def messages(self, user: str) -> list[bytes]:
        """Read the mail of ``user``, in no order, with LF as it lies in the Maildir."""
        return [file.read_bytes() for file in self.maildir(user).glob("new/*")]

    def wait_for_message(self, user: str, containing: bytes, timeout_seconds: float = START_SECONDS) -> bytes:
        """Wait for a message in the Maildir of ``user`` whose octets hold ``containing``."""
        return wait_until(
            lambda: next((message for message in self.messages(user) if containing in message), None),
            f"message with {containing!r} in the Maildir of {user}",
            timeout_seconds,
        )

    @property
    def log_file(self) -> Path:
        return self.directory / "postfix.log"

    def prepare(self) -> None:
        mail = pwd.getpwnam("mail")
        etc = self.directory / "etc"
        for name in ("etc", "spool", "data", "mail"):
            (self.directory / name).mkdir()
        shutil.chown(self.directory / "data", "postfix")
        shutil.chown(self.directory / "mail", "mail", "mail")
        main = _MAIN.substitute(
            directory=self.directory,
            daemons=self._daemons,
            mailboxes=", ".join(f"{{{user}@example.test = {user}/}}" for user in PASSWORDS),
            mail_uid=mail.pw_uid,
            mail_gid=mail.pw_gid,
            domains=", ".join(self._routes),
            routes=", ".join(f"{{{domain} = {to}}}" for domain, to in self._routes.items()),
            more=self._more,
            authority=self._authority.ca_file,
            certificate=self._authority.server.certificate,
            key=self._authority.server.key,
            auth=self._dovecot.auth,
        )
        master = _MASTER.substitute(smtp=self.smtp, submission=self.submission, smtps=self.smtps)
        for name, text in (("main.cf", main), ("master.cf", master)):
            file = etc / name
            file.write_text(text)
            # Postfix waits until a configuration file is two seconds old.
            os.utime(file, (0, 0))
        postfix = find_program("postfix")
        assert postfix
        subprocess.run([postfix, "-c", etc, "check"], check=True, capture_output=True)

    def command(self) -> list[str | Path]:
        return [Path(self._daemons) / "master", "-c", self.directory / "etc", "-s"]

    def is_ready(self) -> bool:
        return greets(self.smtp, b"220")


def _postconf(name: str) -> str:
    """Read a built-in default of this machine's Postfix."""
    postconf = find_program("postconf")
    assert postconf
    return subprocess.run([postconf, "-dh", name], check=True, capture_output=True, text=True).stdout.strip()
