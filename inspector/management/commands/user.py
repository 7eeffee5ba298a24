"""`inspector user`: who may look at the dashboard, and what they may see."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from inspector.access import accounts
from inspector.access.viewer import Role
from inspector.addresses import is_alone
from inspector.errors import ConfigError
from inspector.management.alone import refuse_in_a_project
from inspector.management.stores import prepare_index

_ROLES = [role.value for role in Role]


class Command(BaseCommand):
    help = "Say who may look at the dashboard: add, list, change, remove, password."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        add = actions.add_parser("add", help="give somebody access, and a password to sign in with")
        _name(add)
        add.add_argument(
            "--role", choices=_ROLES, required=True, help="content sees all, shape no message and no value"
        )
        _stores(add)
        add.add_argument("--auditor", action="store_true", help="may read the log of who opened what")
        _password(add)
        add.add_argument("--no-password", action="store_true", help="signs in by a proxy or an OpenID provider")
        add.add_argument("--if-missing", action="store_true", help="leave somebody who has access as they are")
        actions.add_parser("list", help="who has access")
        change = actions.add_parser("change", help="change what somebody may see; it counts from their next request")
        _name(change)
        change.add_argument("--role", choices=_ROLES)
        _stores(change)
        change.add_argument("--all-stores", action="store_true", help="all stores, those to come as well")
        auditor = change.add_mutually_exclusive_group()
        auditor.add_argument("--auditor", action="store_true", default=None)
        auditor.add_argument("--no-auditor", dest="auditor", action="store_false", default=None)
        _name(actions.add_parser("remove", help="take access and account away"))
        password = actions.add_parser("password", help="set a new password; sessions of the old one end")
        _name(password)
        _password(password)

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_index(settings.INSPECTOR.stores)
        getattr(self, f"_{options['action']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        name, role, stores = options["name"], Role(options["role"]), options["store"]
        if accounts.has_account(name) and options["if_missing"]:
            self.stdout.write(f"{name} has access already and stays as they are.")
            return
        self._check_stores(stores)
        accounts.check_new(name)  # before a password is asked for
        without = options["no_password"] or not is_alone()
        password, made = (None, False) if without else _choose_password(options["password_file"])
        try:
            accounts.add_account(name, role, stores, auditor=options["auditor"], password=password)
        except accounts.AlreadyThere:
            if not options["if_missing"]:
                raise
            self.stdout.write(f"{name} was given access meanwhile, and stays as they are.")  # by another replica
            return
        self.stdout.write(f"{name} may look at {_where(tuple(stores) or None)} and sees {_what(role)}.")
        self._tell_password(password if made else None)

    def _list(self, options: dict[str, Any]) -> None:
        found = accounts.list_accounts()
        if not found:
            self.stdout.write("Nobody has access yet. `inspector user add NAME --role content` gives it.")
        width = max((len(one.name) for one in found), default=0)
        for one in found:
            way = "" if one.has_password or not is_alone() else ", no password here"
            audits = ", reads the audit log" if one.auditor else ""
            self.stdout.write(f"{one.name:<{width}}  {one.role.value:<7}  {_where(one.stores)}{audits}{way}")

    def _change(self, options: dict[str, Any]) -> None:
        name, stores = options["name"], tuple(options["store"])
        if stores and options["all_stores"]:
            raise ConfigError("--store and --all-stores say different things.", "Give one of the two.")
        self._check_stores(stores)
        held = () if options["all_stores"] else stores or None
        role = Role(options["role"]) if options["role"] else None
        if role is None and held is None and options["auditor"] is None:
            raise ConfigError("Nothing to change was named.", "Give --role, --store, --all-stores or --auditor.")
        accounts.change_account(name, accounts.Change(role, held, options["auditor"]))
        self.stdout.write(f"{name} is changed, from the next request on.")

    def _remove(self, options: dict[str, Any]) -> None:
        accounts.remove_account(options["name"])
        self.stdout.write(f"{options['name']} has no access any more.")

    def _password(self, options: dict[str, Any]) -> None:
        refuse_in_a_project("user password", "Its accounts have their passwords.")
        accounts.check_account(options["name"])
        password, made = _choose_password(options["password_file"])
        accounts.set_password(options["name"], password)
        self.stdout.write(f"{options['name']} has a new password; sessions of the old one have ended.")
        self._tell_password(password if made else None)

    def _check_stores(self, stores: list[str] | tuple[str, ...]) -> None:
        """A store may be configured later, or for another process: it is told and not refused."""
        known = {setting.name for setting in settings.INSPECTOR.stores}
        for store in stores:
            if store not in known:
                there = f"There are {', '.join(sorted(known))}." if known else "None is configured here."
                self.stderr.write(f"No store is called {store!r} as of now. {there}")

    def _tell_password(self, password: str | None) -> None:
        if password is not None:
            self.stdout.write(f"Their password, which is shown only now: {password}")


def _name(parser: CommandParser) -> None:
    parser.add_argument("name", help="what they sign in as, here or with the proxy or provider")


def _stores(parser: CommandParser) -> None:
    parser.add_argument("--store", action="append", default=[], metavar="NAME", help="only this store; repeatable")


def _password(parser: CommandParser) -> None:
    parser.add_argument("--password-file", type=Path, metavar="PATH", help="take the password from this file")


def _choose_password(file: Path | None) -> tuple[str, bool]:
    """Out of the file, as typed twice at a terminal, or made here; and whether it was made here."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").rstrip("\r\n"), False
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise ConfigError(f"The file with the password cannot be read: {reason}.") from None
    if not sys.stdin.isatty():
        return accounts.make_password(), True
    password = getpass("Password: ")
    if getpass("The same again: ") != password:
        raise ConfigError("The two passwords differ.", "Try again.")
    return password, False


def _where(stores: tuple[str, ...] | None) -> str:
    if stores is None:
        return "all stores"
    return f"the store{'s' if len(stores) > 1 else ''} {', '.join(stores)}"


def _what(role: Role) -> str:
    return "everything" if role is Role.CONTENT else "the shape of threads, and no message or value"
