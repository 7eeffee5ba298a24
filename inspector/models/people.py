"""Who may look, what they may see, and whose content they opened. None of it can be made anew from the stores."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Access(models.Model):
    """What somebody may see. By name and not by account: who comes in through a proxy or a provider has no password
    here, and in another project's database the accounts may be out of reach."""

    username = models.CharField(max_length=254, unique=True)
    role = models.CharField(max_length=10)  #: see `access.viewer.Role`
    stores = models.JSONField(null=True)  #: names of stores; None for all of them, those to come as well
    auditor = models.BooleanField(default=False, db_default=False)  #: may read the audit log
    made_at = models.DateTimeField()

    class Meta:
        #: In another project's accounts, for those whose names have no row here.
        permissions: ClassVar = [
            ("view_shape", "Can look at checkpoint stores without what people said"),
            ("view_content", "Can look at checkpoint stores and what people said"),
            ("view_audit", "Can read who was shown the content of which thread"),
        ]

    def __str__(self) -> str:
        return self.username


class SignInLink(models.Model):
    """A link that signs its opener in, once. Of its token only the hash is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link of {self.made_at:%Y-%m-%d %H:%M}"


class Opened(models.Model):
    """One line of the audit log: somebody was shown content of a thread. `page` is the name of the page in `urls`."""

    at = models.DateTimeField()
    username = models.CharField(max_length=254)
    via = models.CharField(max_length=10)  #: see `access.viewer.Viewer`
    address = models.CharField(max_length=45)  #: of the browser, as far as it is known
    store = models.CharField(max_length=200)
    thread_id = models.TextField()
    thread_key = models.CharField(max_length=32, default="", db_default="")  #: see `thread_key`; ids may be too long
    page = models.CharField(max_length=40)
    request_id = models.CharField(max_length=64, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="opened_by_time"),
            models.Index(fields=["username", "-at", "-id"], name="opened_by_name"),
            models.Index(fields=["store", "-at", "-id"], name="opened_by_store"),
            models.Index(fields=["thread_key", "-at", "-id"], name="opened_by_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.page}"
