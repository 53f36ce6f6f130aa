"""What texts may look like, and what whoever sends another one is told instead of the pattern."""

from collections.abc import Mapping

from scim.sentences import Sentence

_PRINTED = r"[^\x00-\x1f\x7f-\x9f]"

PLAIN = f"^{_PRINTED}+$"
PLAIN_OR_NONE = f"^{_PRINTED}*$"
NAME = rf"^{_PRINTED}*\S{_PRINTED}*$"
ADDRESS = r"^[^\s@\x00-\x1f\x7f-\x9f]+@[^\s@\x00-\x1f\x7f-\x9f]+$"
ISSUER = r"^https://[^\s?#\x00-\x1f\x7f-\x9f]+$"
HTTPS_URL = r"^https://[^\s\x00-\x1f\x7f-\x9f]+$"
PHONE = r"^[0-9A-Za-z+()./*#,; -]*$"
LANGUAGE = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
TIME_ZONE = r"^[A-Za-z0-9_+/-]+$"
CODE = "^ *([0-9] *){6}$"
CERTIFICATE = r"^[A-Za-z0-9+/=\s-]+$"

UNKNOWN_TIME_ZONE = Sentence(
    'There is no such time zone. Give a name of the IANA database, for example "Europe/Madrid"'
)
_NO_CONTROLS = Sentence("Leave out line breaks, tabs and other control characters")

SENTENCES: Mapping[str, Sentence] = {
    PLAIN: _NO_CONTROLS,
    PLAIN_OR_NONE: _NO_CONTROLS,
    NAME: Sentence("Give a name that is not blank, without line breaks, tabs and other control characters"),
    ADDRESS: Sentence("Give an e-mail address, for example anna@contoso.com"),
    HTTPS_URL: Sentence("Give an address that begins with https://, without spaces"),
    ISSUER: Sentence("Give the issuer: an address that begins with https://, without spaces, ? and #"),
    PHONE: Sentence("Give a phone number: digits, letters, spaces, and + ( ) . / * # , ; -"),
    LANGUAGE: Sentence('Give a language tag, for example "en" or "es-ES"'),
    TIME_ZONE: UNKNOWN_TIME_ZONE,
    CODE: Sentence("Enter all six digits of the code"),
    CERTIFICATE: Sentence("Give a certificate as PEM, or its base64 alone"),
}
"""By pattern. Without a full stop, as the validation's own messages are."""
