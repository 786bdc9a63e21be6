"""Mail, as a real SMTP server receives it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.messages import NOW, a_message
from worker.channels import Channels
from worker.errors import DeliveryError
from worker.model import Channel, FetchLimits, Severity

CHANNELS = Channels(FetchLimits("Trucewire/1.0"))
TEXTS = ["short", "Հրադադար · перемирие · ცეცხლის შეწყვეტა\n" * 40, "x" * 2000, ".\n.leading dots\n"]
GREETINGS = [b"", b"220 half a gree", b"220 hello\r\n", b"554 no service\r\n", b"\xff\xfe\r\n"]


class Sink:
    """Keeps what it accepts; answers what it is told to."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.envelopes: list[Envelope] = []
        self.sessions: list[Session] = []

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self.answers.get(address.partition("@")[0], "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.envelopes.append(envelope)
        self.sessions.append(session)
        return self.answers.get("data", "250 OK")

    def mail(self) -> EmailMessage:
        (envelope,) = self.envelopes
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        return mail


@contextmanager
def receiving(sink: Sink, **options: Any) -> Iterator[int]:
    """A running SMTP server; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]  # the controller cannot choose one by itself
    controller = Controller(sink, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def desk(port: int, **options: Any) -> Channel:
    given = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "",
        "sender": "Trucewire <wire@example.org>",
        "recipients": ("desk@example.org",),
        "timeout_s": 10.0,
    }
    return Channel("desk", "email", given | options)


def refusal_of(channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError, match=r"^desk: ") as raised:
        CHANNELS.send(channel, a_message(), NOW)
    return raised.value


def test_a_mail_says_who_what_when_and_which() -> None:
    sink = Sink()

    with receiving(sink) as port:
        CHANNELS.send(desk(port, recipients=("desk@example.org", "Ελένη <eleni@example.org>")), a_message(), NOW)

    headers = {name: str(value) for name, value in sink.mail().items()}
    assert headers.pop("Content-Type").startswith("multipart/alternative; boundary=")
    assert headers == {
        "From": "Trucewire <wire@example.org>",
        "To": "desk@example.org, Ελένη <eleni@example.org>",
        "Subject": "[critical] ceasefire, agreed · Lachin: Headline",
        "Date": "Tue, 03 Oct 2023 12:00:00 +0000",
        "Message-ID": "<msg_0123456789abcdef@example.org>",
        "Auto-Submitted": "auto-generated",
        "Importance": "high",
        "MIME-Version": "1.0",
    }
    assert sink.envelopes[0].rcpt_tos == ["desk@example.org", "eleni@example.org"]


@pytest.mark.parametrize("text", TEXTS)
def test_text_and_html_arrive_as_they_were_rendered(text: str) -> None:
    sink, html = Sink(), f"<p lang='hy'>{text}</p>\n"

    with receiving(sink) as port:
        CHANNELS.send(desk(port), a_message(text=text, html=html), NOW)

    parts = [part for part in sink.mail().iter_parts() if isinstance(part, EmailMessage)]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [content_of(part) for part in parts] == [f"{text.rstrip()}\n", f"{html.rstrip()}\n"]


def content_of(part: EmailMessage) -> str:
    return str(part.get_content()).replace("\r\n", "\n").rstrip() + "\n"


def test_a_mail_is_seven_bit_on_the_wire() -> None:
    sink = Sink()

    with receiving(sink) as port:
        CHANNELS.send(desk(port), a_message(subject="перемирие", text="перемирие", html="<p>перемирие</p>"), NOW)

    content = sink.envelopes[0].content
    assert isinstance(content, bytes)
    assert content.isascii()


def test_only_critical_mail_is_marked_as_important() -> None:
    sink = Sink()

    with receiving(sink) as port:
        CHANNELS.send(desk(port), a_message(severity=Severity.WARNING), NOW)

    assert "Importance" not in sink.mail()


# Security.


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's context that this process trusts."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def check_login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    ok = isinstance(data, LoginPassword) and (data.login, data.password) == (b"wire", b"open sesame")
    return AuthResult(success=ok, handled=False)


LOGIN = {"username": "wire", "password": "open sesame"}


def test_starttls_comes_before_the_login(tls: ssl.SSLContext) -> None:
    sink = Sink()

    with receiving(sink, tls_context=tls, require_starttls=True, authenticator=check_login) as port:
        CHANNELS.send(desk(port, security="starttls", **LOGIN), a_message(), NOW)

    (session,) = sink.sessions
    assert (session.ssl is not None, session.authenticated) == (True, True)


def test_tls_from_the_first_byte(tls: ssl.SSLContext) -> None:
    sink = Sink()

    with receiving(sink, ssl_context=tls, authenticator=check_login, auth_require_tls=False) as port:
        CHANNELS.send(desk(port, security="tls", **LOGIN), a_message(), NOW)

    assert len(sink.envelopes) == 1


def test_a_server_without_starttls_is_broken_for_good_and_sees_no_password() -> None:
    sink = Sink()

    with receiving(sink, authenticator=check_login, auth_require_tls=False) as port:
        refusal = refusal_of(desk(port, security="starttls", **LOGIN))

    assert (refusal.permanent, sink.sessions) == (True, [])


def test_a_certificate_that_is_not_trusted_stops_the_mail(authority: trustme.CA) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    sink = Sink()

    with receiving(sink, tls_context=context) as port:
        refusal = refusal_of(desk(port, security="starttls"))

    assert "certificate verify failed" in str(refusal)
    assert (refusal.permanent, sink.envelopes) == (False, [])


def test_a_wrong_password_is_broken_for_good(tls: ssl.SSLContext) -> None:
    with receiving(Sink(), tls_context=tls, authenticator=check_login) as port:
        refusal = refusal_of(desk(port, security="starttls", username="wire", password="hunter2"))

    assert refusal.permanent
    assert "535" in str(refusal)
    assert "hunter2" not in str(refusal)


# Refusals.


@pytest.mark.parametrize(
    ("answers", "permanent"),
    [
        ({"mail": "550 not you"}, True),
        ({"mail": "451 try later"}, False),
        ({"desk": "550 no such user"}, True),
        ({"desk": "450 greylisted"}, False),
        ({"data": "554 looks like spam"}, False),
        ({"data": "452 disk full"}, False),
    ],
)
def test_a_refusal_is_for_good_where_it_meets_every_mail(answers: dict[str, str], permanent: bool) -> None:
    with receiving(Sink(**answers)) as port:
        refusal = refusal_of(desk(port))

    assert (refusal.permanent, refusal.retry_after_s) == (permanent, None)


def test_one_accepted_recipient_is_enough() -> None:
    sink = Sink(gone="550 no such user")

    with receiving(sink) as port:
        CHANNELS.send(desk(port, recipients=("gone@example.org", "desk@example.org")), a_message(), NOW)

    assert sink.envelopes[0].rcpt_tos == ["desk@example.org"]


def test_a_mixture_of_refusals_may_still_pass_later() -> None:
    with receiving(Sink(gone="550 no such user", desk="450 greylisted")) as port:
        refusal = refusal_of(desk(port, recipients=("gone@example.org", "desk@example.org")))

    assert not refusal.permanent


def test_a_server_that_is_down_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    assert not refusal_of(desk(port)).permanent


@pytest.mark.parametrize("greeting", GREETINGS)
def test_a_server_that_hangs_or_talks_nonsense_is_tried_again(greeting: bytes) -> None:
    def hang(listener: socket.socket) -> None:
        wire, _ = listener.accept()
        with wire:
            wire.sendall(greeting)
            wire.settimeout(5)
            wire.recv(1000)  # the client's EHLO, or its leaving
            wire.recv(1000)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=hang, args=(listener,))
        thread.start()
        refusal = refusal_of(desk(listener.getsockname()[1], timeout_s=0.3))
        thread.join()

    assert not refusal.permanent
