"""Every setting, one row each, read from the environment into one frozen `Config`.

Without Django, so that a command can complain about a setting before Django starts, and a test can build a
configuration from a plain mapping.
"""

from inspector.config.environment import default_data_dir, load
from inspector.config.groups import GroupGrant
from inspector.config.mail import MailServer
from inspector.config.stores import parse_stores
from inspector.config.table import INDEX_FILE, SETTINGS
from inspector.config.values import PREFIX, Config, Setting, StoreSetting

__all__ = [
    "INDEX_FILE",
    "PREFIX",
    "SETTINGS",
    "Config",
    "GroupGrant",
    "MailServer",
    "Setting",
    "StoreSetting",
    "default_data_dir",
    "load",
    "parse_stores",
]
