"""django-mailer and django-post_office, draining their queues; runs in an environment of its own.

`python django_queues.py mailer|post_office FOLDER PORT MAIL COUNT`: for each line of the standard
input it queues so many mails, sends them, and prints the mails a second.
"""

import sys
import time
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import django
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
QUEUEING = {"mailer": "mailer.backend.DbBackend", "post_office": SMTP_BACKEND}


def main(which: str, folder: str, port: str, mail: str, count: str) -> None:
    settings.configure(
        SECRET_KEY="for measuring",  # noqa: S106
        INSTALLED_APPS=["django.contrib.contenttypes", which],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(Path(folder) / f"{which}.db"),
            }
        },
        EMAIL_BACKEND=QUEUEING[which],
        MAILER_EMAIL_BACKEND=SMTP_BACKEND,
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=int(port),
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        USE_TZ=True,
        LOGGING_CONFIG=None,
    )
    django.setup()
    call_command("migrate", verbosity=0)
    parsed = message_from_bytes(Path(mail).read_bytes(), policy=SMTP)
    text, html = (parsed.get_body((kind,)).get_content() for kind in ("plain", "html"))
    queue, drain = {"mailer": _mailer, "post_office": _post_office}[which]()
    for _line in sys.stdin:
        for number in range(int(count)):
            queue(f"reader{number}@example.org", str(parsed["Subject"]), text, html)
        began = time.perf_counter()
        drain()
        print(int(count) / (time.perf_counter() - began), flush=True)


def _mailer():
    from mailer.engine import send_all  # noqa: PLC0415 - once Django is set up
    from mailer.models import Message  # noqa: PLC0415 - once Django is set up

    def queue(address: str, subject: str, text: str, html: str) -> None:
        mail = EmailMultiAlternatives(subject, text, "tidings@example.org", [address])
        mail.attach_alternative(html, "text/html")
        mail.send()

    def drain() -> None:
        send_all()
        assert Message.objects.count() == 0

    return queue, drain


def _post_office():
    from post_office import mail  # noqa: PLC0415 - once Django is set up
    from post_office.models import STATUS, Email  # noqa: PLC0415 - once Django is set up

    def queue(address: str, subject: str, text: str, html: str) -> None:
        mail.send(
            address,
            "tidings@example.org",
            subject=subject,
            message=text,
            html_message=html,
        )

    def drain() -> None:
        mail.send_queued_mail_until_done(processes=1)
        assert not Email.objects.exclude(status=STATUS.sent).exists()

    return queue, drain


if __name__ == "__main__":
    main(*sys.argv[1:])
