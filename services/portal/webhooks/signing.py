"""Signatures by the Standard Webhooks specification: ours on what leaves, stores' on what comes."""

import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks import Webhook, WebhookVerificationError

SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 -- the specification's, before every secret
ID_CHARACTERS_MAX = 255
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class BadSignatureError(Exception):
    """What came is not signed with a secret we know, or was signed too long ago."""


def new_secret() -> str:
    """Make a secret; whoever has it can sign as we do."""
    return SECRET_PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed(message_id: str, body: str, keys: Sequence[str], *, at: datetime) -> dict[str, str]:
    """The headers that sign a body, with each of the secrets: one of them verifies."""
    signatures = [Webhook(key).sign(message_id, at, body) for key in keys]
    return {
        ID: message_id,
        TIMESTAMP: str(int(at.timestamp())),
        SIGNATURE: " ".join(signatures),
    }


def check_signature(body: bytes, headers: Mapping[str, str], keys: Sequence[str]) -> str:
    """See that a body is signed with one of the secrets and tell its id; raises BadSignatureError.

    A signature older than five minutes does not count: it may have been overheard.
    """
    reason = "no secret of this store is known"
    for key in keys:
        try:
            Webhook(key).verify(body, dict(headers), json_parse=False)
        # What is no base64, no number or no text is told as a ValueError.
        except (WebhookVerificationError, ValueError) as error:
            reason = str(error) or "the signature is malformed"
        else:
            return _id_in(headers)
    raise BadSignatureError(reason)


def _id_in(headers: Mapping[str, str]) -> str:
    told = headers[ID]
    if len(told) > ID_CHARACTERS_MAX or not told.isprintable():
        message = f"{ID}: at most {ID_CHARACTERS_MAX} printable characters"
        raise BadSignatureError(message)
    return told
