"""An MTA as a service: real processes, real signals, and what it says of itself."""

from __future__ import annotations

import os
import re
import signal
import smtplib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from msgcore.runtime import Engine
from tests.mta.accounts import account
from tests.mta.homes import Home
from tests.mta.load import Load
from tests.mta.mail_sink import MailSink
from tests.mta.operation.service import Service, are_gone, configuration
from tests.servers import wait_until
from tests.shared import REPOSITORY

LETTER = "Subject: hello\r\nMessage-ID: <1@a.test>\r\n\r\nHello\r\n"
SMTP = {"service": "smtp"}


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


def send(port: int, *to: str) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", port, "client.a.test", timeout=60) as client:
        return client.sendmail("ann@a.test", list(to), LETTER)


def offered_size(port: int) -> str:
    with smtplib.SMTP("127.0.0.1", port, "client.a.test", timeout=60) as client:
        client.ehlo()
        return client.esmtp_features.get("size", "")


@pytest.mark.parametrize(
    "home", [Engine.SQLITE, pytest.param(Engine.POSTGRES, marks=pytest.mark.interop)], indirect=True
)
def test_a_worker_that_is_killed_and_nodes_that_are_renewed_under_load_lose_nothing(home: Home, sink: MailSink) -> None:
    """Two workers take mail as fast as they can; what one had in hand the other delivers, or it does itself, anew."""
    text = configuration(home.url, sink.port, workers=2)
    with Service(home.folder, text) as service:
        with Load([service.port] * 4) as load:
            sink.wait_for(20)
            os.kill(service.worker("worker 1"), signal.SIGKILL)
            service.wait_for(r"worker 1 \(process \d+\) was ended by SIGKILL; starts again in 0.1 s")
            service.file.write_text(text.replace("[metrics]", "[metrics] # as before").replace("= 40", "= 39"))
            service.signal("SIGHUP")
            service.wait_for("mta.toml: read anew")
            service.wait_for(r"worker 1 is process", count=2)
            sink.wait_for(len(sink.taken) + 40)
        wait_until(lambda: service.metric("msgcore_queue_recipients", state="ready") == 0 or None, "end of what is due")
        restarts, health = service.metric("msgcore_worker_restarts_total"), service.get("/health")
        wait_until(lambda: waiting(service) == 0 or None, "end of all")
        service.signal("SIGTERM")
        status = service.status()

        found = account(home.target, sink, load)
        assert (found.wrong, found.repeats <= 80) == ([], True)
        assert (status, restarts, health, are_gone([*service.workers().values()])) == (0, 1, (200, "ok\n"), True)


def waiting(service: Service) -> float:
    states = ("waiting", "ready", "leased", "held", "dead")
    return sum(service.metric("msgcore_queue_recipients", state=one) or 0 for one in states)


@pytest.fixture(scope="module")
def kept_sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, kept_sink: MailSink) -> Iterator[Service]:
    """Give one of two workers that tests share: each leaves it as it was."""
    with Service(
        tmp_path_factory.mktemp("mta"), configuration("sqlite:///athena.db", kept_sink.port, workers=2)
    ) as one:
        yield one


def test_all_workers_together_are_counted(service: Service) -> None:
    refused = [send(service.port, "good@c.test", "bad@c.test", "nobody@b.test") for _ in range(4)]

    assert refused == [{"nobody@b.test": (550, b"5.1.1 no such mailbox here")}] * 4
    service.wait_for_metric(4, "msgcore_deliveries_total", connector="out", outcome="refused")
    # The reports go the same way.
    service.wait_for_metric(8, "msgcore_deliveries_total", connector="out", outcome="accepted")
    assert service.metric("msgcore_messages_taken_total", **SMTP) == 4
    assert service.metric("msgcore_recipients_taken_total", **SMTP) == 8
    assert service.metric("msgcore_refusals_total", **SMTP, command="RCPT", status="5.1.1") == 4
    assert service.metric("msgcore_accept_seconds_count") == 4
    assert service.metric("msgcore_delivery_seconds_count") == 8
    assert service.metric("msgcore_reports_total", kind="failed") == 4
    assert service.metric("msgcore_workers", state="at work") == 2
    assert service.metric("msgcore_queue_recipients", state="ready") == 0
    assert [one for one in ("main", "worker 1", "worker 2") if not cpu(service, one)] == []


def cpu(service: Service, process: str) -> float:
    return service.metric("msgcore_process_cpu_seconds_total", process=process) or 0


def test_health_is_told_and_what_is_no_page_is_not_there(service: Service) -> None:
    pages = [service.get(path) for path in ("/health", "/health/live", "/health/ready", "/")]

    assert pages == [(200, "ok\n")] * 3 + [(404, "there is no such page\n")]


def test_a_message_its_refusals_and_its_tries_are_in_the_log(service: Service) -> None:
    send(service.port, "log@c.test", "none@b.test")

    tried = service.wait_for(r"mail \[worker \d\]: (\w+): to SMTP:log@c.test through out: accepted 250 2.0.0 taken$")
    service.wait_for(
        rf"taken by smtp of 127.0.0.1 \(client.a.test\): from SMTP:ann@a.test for 1, .*: queued as {tried[1]}$"
    )
    service.wait_for(
        r"refused by smtp to 127.0.0.1 \(client.a.test\): RCPT SMTP:none@b.test: 550 5.1.1 no such mailbox here$"
    )


def test_hung_up_it_goes_on_by_a_new_configuration_and_not_by_a_broken_one(service: Service) -> None:
    text, size = service.file.read_text(), offered_size(service.port)

    def reload(text: str, says: str) -> str:
        told = sum(re.search(says, line) is not None for line in service.log)
        service.file.write_text(text)
        service.signal("SIGHUP")
        assert [service.hear_manager() for _ in range(2)] == ["RELOADING=1", "READY=1"]
        service.wait_for(says, told + 1)
        return offered_size(service.port)

    busy = begun(service.port)
    said = [
        reload(text.replace("[metrics]", "[metrics"), "is no TOML"),
        reload(text.replace("count = 2", "count = 3"), "needs a restart: workers"),
        reload(text.replace('relay = "smtp:', 'relay = "x:'), "connector 'out'"),
        reload(text.replace("may_relay =", "max_message_octets = 777\nmay_relay ="), "read anew"),
    ]
    # Whoever has begun may end, at a node that takes nobody else.
    ended = [busy.docmd("RCPT", "TO:<good@c.test>")[0], busy.data(LETTER)[0]]
    busy.close()
    said.append(reload(text, "read anew"))

    assert said == [size, size, size, "777", size]
    assert ended == [250, 250]


def test_who_is_being_started_while_it_is_hung_up_goes_on_by_the_new_configuration(
    tmp_path: Path, sink: MailSink
) -> None:
    text = configuration(f"sqlite:///{tmp_path / 'mail.db'}", sink.port, workers=2)
    with Service(tmp_path, text) as service:
        os.kill(service.worker("worker 1"), signal.SIGKILL)
        service.wait_for("starts again")
        wait_until(lambda: len(children_of(service.process.pid)) == 2 or None, "another worker")
        service.file.write_text(text.replace("may_relay =", "max_message_octets = 777\nmay_relay ="))
        service.signal("SIGHUP")
        service.wait_for("read anew")
        service.wait_for("worker 1 is process", count=2)

        def sizes() -> set[str]:
            with suppress(smtplib.SMTPException):  # by a node that has just been replaced
                return {offered_size(service.port) for _ in range(20)}
            return set()

        wait_until(lambda: sizes() == {"777"} or None, "the new size")


def children_of(process_id: int) -> list[str]:
    return Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()


def test_who_is_started_again_after_a_renewal_that_failed_goes_on_as_it_was(tmp_path: Path, sink: MailSink) -> None:
    text = configuration(f"sqlite:///{tmp_path / 'mail.db'}", sink.port, workers=2)
    key = tmp_path / "key.pem"
    key.write_text("no key")
    key.chmod(0o600)
    with Service(tmp_path, text) as service:
        keys = f"[trust]\nkeys = [{{ domain = 'a.test', selector = 's', key = 'file:{key}' }}]\n"
        service.file.write_text(text + keys)
        service.signal("SIGHUP")
        service.wait_for("goes on as it was: .*no key can be read there")
        os.kill(service.worker("worker 1"), signal.SIGKILL)

        service.wait_for("worker 1 is process", count=2)


def begun(port: int) -> smtplib.SMTP:
    """Give a client that has begun to send."""
    client = smtplib.SMTP("127.0.0.1", port, "client.a.test", timeout=60)
    client.ehlo()
    client.docmd("MAIL", "FROM:<ann@a.test>")
    return client


def test_when_the_first_process_is_killed_its_workers_end(service: Service) -> None:
    """The last of those that share it."""
    workers = [*service.workers().values()]
    assert not are_gone(workers)
    service.process.kill()

    wait_until(lambda: are_gone(workers) or None, "end of the workers")


def test_told_to_end_it_lets_a_message_come_in_whole_and_says_that_it_is_draining(
    tmp_path: Path, sink: MailSink
) -> None:
    with Service(tmp_path, configuration("sqlite:///athena.db", sink.port)) as service:
        client = begun(service.port)
        service.signal("SIGTERM")
        heard = service.hear_manager()
        health = service.get("/health")
        late = refusal_of_a_new_client(service.port)
        ended = [client.docmd("RCPT", "TO:<good@c.test>")[0], client.data(LETTER)[0]]
        client.close()

        assert (heard, health, late, ended) == ("STOPPING=1", (503, "it is draining\n"), 421, [250, 250])
        assert service.status() == 0
        service.wait_for("msgcore.mta: ended$")


def test_a_pipe_in_place_of_the_configuration_holds_up_nothing(tmp_path: Path, sink: MailSink) -> None:
    """Whoever opens it as a file waits for somebody who writes to it, and the end of the process for whoever waits."""
    with Service(tmp_path, configuration("sqlite:///athena.db", sink.port)) as service:
        service.file.unlink()
        os.mkfifo(service.file)
        service.signal("SIGHUP")
        heard = [service.hear_manager() for _ in range(2)]
        service.wait_for("goes on as it was: .*: cannot be read: it is a pipe, and nobody writes to it")
        service.signal("SIGTERM")
        heard.append(service.hear_manager())

        assert (heard, service.status()) == (["RELOADING=1", "READY=1", "STOPPING=1"], 0)


def test_told_to_end_while_workers_renew_themselves_it_does_not_end_them_at_once(
    tmp_path: Path, sink: MailSink
) -> None:
    """They do not answer, so that the reload is at them when it is cut; what they do still comes to its end."""
    text = configuration("sqlite:///athena.db", sink.port, workers=2)
    with Service(tmp_path, text) as service:
        service.file.write_text(text.replace('name = "ours"', 'name = "own"').replace("= 40", "= 39"))
        workers = service.workers().values()
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        service.signal("SIGHUP")
        service.wait_for("routes: in force as epoch 2")
        service.signal("SIGTERM")
        heard = [service.hear_manager() for _ in range(2)]
        service.wait_for("SIGTERM: ends what is at work")
        for worker in workers:
            os.kill(worker, signal.SIGCONT)

        assert (heard, service.status()) == (["RELOADING=1", "STOPPING=1"], 0)
        service.wait_for("msgcore.mta: ended$")
        assert not [line for line in service.log if "goes on as it was" in line]


def refusal_of_a_new_client(port: int) -> int:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            return client.ehlo()[0]
    except smtplib.SMTPConnectError as error:
        return error.smtp_code


def test_the_example_is_an_mta_and_told_twice_ends_at_once(tmp_path: Path) -> None:
    example = (REPOSITORY / "examples/mta.toml").read_text()
    text = re.sub(r"^port = \d+$", "port = 0", example, flags=re.MULTILINE).replace(":9125", ":0")
    with Service(tmp_path, text) as service:
        client = begun(service.port)
        service.signal("SIGINT")
        service.wait_for("SIGINT: ends what is at work")
        service.signal("SIGTERM")

        assert service.status() == 1
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.docmd("NOOP")
