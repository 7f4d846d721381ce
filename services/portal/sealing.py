"""Seals what must be read again and may not lie open: the secrets that sign webhooks.

Keys are made of passphrases of the settings. The newest seals, each of them opens: so a passphrase
is changed by naming the new one first, and dropped once what it sealed was sealed anew.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.portal.settings import PortalSettings

KEY_BYTES = 32
PURPOSE = b"coffer portal: secrets of webhooks"
# What every secret began with when it was kept as it is.
OPEN_PREFIX = "whsec_"


class SealedError(Exception):
    """What is kept cannot be read, or nothing can be sealed: no key of ours fits."""


@dataclass(frozen=True)
class Sealer:
    """The keys, the newest first; without any nothing is sealed and nothing sealed is read."""

    keys: tuple[Fernet, ...]

    def seal(self, secret: str) -> str:
        """Seal with the newest key; raises SealedError where there is none."""
        if not self.keys:
            raise SealedError("no passphrase is set")
        return self.keys[0].encrypt(secret.encode()).decode()

    def open(self, kept: str) -> str:
        """Read what any of the keys sealed, or what was kept open; raises SealedError."""
        if kept.startswith(OPEN_PREFIX):
            return kept
        try:
            return MultiFernet(self.keys).decrypt(kept).decode() if self.keys else _unread()
        except InvalidToken as error:
            raise SealedError("none of the passphrases opens it") from error

    def is_newest(self, kept: str) -> bool:
        """Whether the newest key sealed it."""
        try:
            self.keys[0].decrypt(kept)
        except InvalidToken:
            return False
        return True


def sealer_of(settings: PortalSettings) -> Sealer:
    return _sealer(settings.sealing_keys.get_secret_value())


@lru_cache(maxsize=8)
def _sealer(passphrases: str) -> Sealer:
    return Sealer(tuple(map(_key, passphrases.split())))


def _key(passphrase: str) -> Fernet:
    """Long random passphrases need no slow hash."""
    derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE).derive(passphrase.encode())
    return Fernet(urlsafe_b64encode(derived))


def _unread() -> str:
    raise SealedError("no passphrase is set")
