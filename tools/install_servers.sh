#!/usr/bin/env bash
# Install the servers that the tests talk to, where that is possible; those that are there already stay as they are.
# More packages may be named: install_servers.sh notmuch gir1.2-gmime-3.0
# Never fails: tests whose server is missing are skipped with the reason (or fail under MSGCORE_REQUIRE=all).
set -euo pipefail
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

has() { command -v "$1" >/dev/null 2>&1; }
any_exists() { local path; for path in "$@"; do [[ -e $path ]] && return; done; return 1; }

missing=()
has openssl || missing+=(openssl)
has strace || missing+=(strace)
has tnef || missing+=(tnef)
{ has swaks && perl -MNet::SSLeay -e 1 2>/dev/null; } || missing+=(swaks libnet-ssleay-perl)
has msmtp || missing+=(msmtp)
# Debian only recommends the second, without which the first ends at once.
{ has msgconvert && perl -MEmail::Address -e 1 2>/dev/null; } ||
    missing+=(libemail-outlook-message-perl libemail-address-perl)
{ has postfix && has smtp-sink; } || missing+=(postfix)
# With what Postfix logs in at other servers.
any_exists /usr/lib/*/sasl2/libplain.so /usr/lib/sasl2/libplain.so || missing+=(libsasl2-modules)
has dovecot || missing+=(dovecot-core)
for protocol in imap pop3 lmtp submission; do
    any_exists /usr/{lib,libexec}/dovecot/$protocol || missing+=("dovecot-${protocol}d")
done
{ has psql && { has initdb || any_exists /usr/lib/postgresql/*/bin/initdb; }; } || missing+=(postgresql)
for package; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done

give_up() {
    echo "install_servers: not installed: ${missing[*]} ($1)"
    exit 0
}

[[ ${#missing[@]} -eq 0 ]] && exit 0
has apt-get || give_up "apt-get is not here; install them by hand"
[[ $EUID -eq 0 ]] || give_up "not root; install them with: sudo apt-get install ${missing[*]}"

# Debian starts what it installs, unless this file says no.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
echo "install_servers: installing ${missing[*]}"
log=$(mktemp)
{
    apt-get update && apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${missing[@]}"
} </dev/null >"$log" 2>&1 || {
    tail -n 20 "$log"
    rm -f "$log"
    give_up "apt-get failed, see above"
}
rm -f "$log"
