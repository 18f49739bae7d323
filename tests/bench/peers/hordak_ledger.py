"""django-hordak posting the same entry, a transaction each, from threads. Prints how many.

Run by the Python of `.venv-bench`: python hordak_ledger.py DSN prepare | DSN post SECONDS THREADS.
"""

import random
import sys
import threading
import time
from urllib.parse import urlsplit

import django
from django.conf import settings


def configure(dsn: str) -> None:
    at = urlsplit(dsn)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": at.path[1:],
        "USER": at.username,
        "PASSWORD": at.password,
        "HOST": at.hostname,
        "PORT": at.port,
        "CONN_MAX_AGE": None,
    }
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()


def prepare() -> None:
    from django.core.management import call_command  # noqa: PLC0415  # needs settings
    from hordak.models import Account  # noqa: PLC0415  # needs settings

    call_command("migrate", verbosity=0)
    for number in range(40):
        for code, kind in (("E", "EX"), ("L", "LI")):
            Account.objects.create(name=f"{code}{number}", type=kind, currencies=["CAD"], code=f"{number}{code}")


def post(seconds: float, threads: int) -> int:
    from django.db import transaction  # noqa: PLC0415  # needs settings
    from hordak.models import Account  # noqa: PLC0415  # needs settings
    from moneyed import Money  # noqa: PLC0415  # needs settings

    expenses, liabilities = [list(Account.objects.filter(type=kind)) for kind in ("EX", "LI")]
    counts, end = [0] * threads, time.monotonic() + seconds

    def work(at: int) -> None:
        chance = random.Random(at)
        while time.monotonic() < end:
            with transaction.atomic():
                owed = chance.choice(liabilities)
                owed.transfer_to(chance.choice(expenses), Money("12.50", "CAD"), description="Licences")
            counts[at] += 1

    running = [threading.Thread(target=work, args=(at,)) for at in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sum(counts)


if __name__ == "__main__":
    dsn, command, *how = sys.argv[1:]
    configure(dsn)
    if command == "prepare":
        prepare()
    else:
        sys.stdout.write(f"{post(float(how[0]), int(how[1]))}\n")
