"""A message as mail, in plain text and HTML, through an SMTP server.

The Message-ID is made from the idempotency key, so mail systems that drop duplicates drop a repeated alert.
"""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from worker.connections import Connections
from worker.errors import DeliveryError
from worker.model import Channel, Message, Severity


def send(channel: Channel, message: Message, now: datetime, connections: Connections) -> None:
    """Hand the mail to the server, which accepts it for at least one recipient.

    Raises:
        DeliveryError: permanent where the server refuses the login, the sender, every recipient or TLS for good.
    """
    mail = mail_of(channel, message, now)
    try:
        with _connection(channel) as server:
            server.send_message(mail)
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError(f"{channel.name}: the server offers too little: {error}", permanent=True) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise DeliveryError(f"{channel.name}: all recipients refused: {codes}", permanent=min(codes) >= 500) from error
    except smtplib.SMTPResponseException as error:
        # What is refused of one mail's content (552, 554 after DATA) may pass with the next one's.
        about_channel = isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPSenderRefused)
        answer = (
            error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        )
        raise DeliveryError(
            f"{channel.name}: {error.smtp_code} {answer[:200]}", permanent=about_channel and error.smtp_code >= 500
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryError(f"{channel.name}: {error or type(error).__name__}") from error


def mail_of(channel: Channel, message: Message, now: datetime) -> EmailMessage:
    """The mail, ready to be sent; 7-bit, so that every relay passes it on unchanged."""
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["From"] = channel.options["sender"]
    mail["To"] = ", ".join(channel.options["recipients"])
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.key}@{mail['From'].addresses[0].domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    if message.severity is Severity.CRITICAL:
        mail["Importance"] = "high"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _connection(channel: Channel) -> smtplib.SMTP:
    options = channel.options
    host, port, timeout = options["host"], options["port"], options["timeout_s"]
    context = ssl.create_default_context()
    if options["security"] == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=timeout)
    try:
        if options["security"] == "starttls":
            server.starttls(context=context)
        if options["username"]:
            server.login(options["username"], options["password"])
    except BaseException:
        server.close()
        raise
    return server
