"""Reading an encrypted assertion (XML Encryption 1.1): AES, its key encrypted with RSA-OAEP.

RSA with PKCS #1 v1.5 and triple DES are refused: the one has been broken by asking often enough, the other is too weak.
Everything that can go wrong is one and the same refusal, so that nobody learns from how it fails.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from scim.sso.saml.documents import Element, alone, is_plain, only_child, parse, text_of
from scim.sso.saml.names import ENCRYPTION, SIGNATURE
from scim.sso.saml.refusals import refused
from scim.sso.saml.service_provider import EncryptionKey

_ENCRYPTION_11 = "http://www.w3.org/2009/xmlenc11#"
_BLOCK = 16
_NONCE = 12

_DIGESTS: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {
    "http://www.w3.org/2000/09/xmldsig#sha1": hashes.SHA1,
    "http://www.w3.org/2001/04/xmlenc#sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    "http://www.w3.org/2001/04/xmlenc#sha512": hashes.SHA512,
}
"""Of OAEP, where SHA-1 is no weakness (RFC 8017 §7.1) and the default."""
_MASKS: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {
    f"{_ENCRYPTION_11}mgf1sha1": hashes.SHA1,
    f"{_ENCRYPTION_11}mgf1sha256": hashes.SHA256,
    f"{_ENCRYPTION_11}mgf1sha384": hashes.SHA384,
    f"{_ENCRYPTION_11}mgf1sha512": hashes.SHA512,
}


def decrypted(encrypted: Element, key: EncryptionKey) -> Element:
    """The assertion in an `EncryptedAssertion`; it may be signed, which is the caller's to see.

    Raises:
        AnswerRefused: `undecryptable`.
    """
    try:
        (assertion,) = _in_context(_decrypted(encrypted, key), encrypted)
    except Exception as error:
        # Keys of the wrong length, a wrong tag, bad padding, no XML: none of it may be told from another.
        raise refused("undecryptable") from error
    if not is_plain(assertion):
        raise refused("undecryptable")
    return alone(assertion)


def _in_context(text: bytes, encrypted: Element) -> Element:
    """What stood there before it was encrypted (§4.2): its namespaces may be declared further out."""
    opening = bytes(etree.tostring(etree.Element("context", nsmap=encrypted.nsmap))).removesuffix(b"/>")
    return parse(b"%b>%b</context>" % (opening, text))


def _decrypted(encrypted: Element, key: EncryptionKey) -> bytes:
    data = _one(encrypted.findall(f"{ENCRYPTION}EncryptedData"))
    encrypted_key = _one(list(encrypted.iter(f"{ENCRYPTION}EncryptedKey")))
    cipher = _CIPHERS[_one(data.findall(f"{ENCRYPTION}EncryptionMethod")).get("Algorithm")]
    return cipher(_session_key(encrypted_key, key), _value(data))


def _one(found: list[Element]) -> Element:
    (element,) = found
    return element


def _value(element: Element) -> bytes:
    """The bytes of an `EncryptedType`; those that are elsewhere (`CipherReference`) are never fetched."""
    data = _one(element.findall(f"{ENCRYPTION}CipherData"))
    return b64decode("".join(text_of(only_child(data, f"{ENCRYPTION}CipherValue")).split()), validate=True)


def _session_key(encrypted_key: Element, key: EncryptionKey) -> bytes:
    private_key = load_pem_private_key(key.private_key.encode(), password=None)
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise TypeError
    method = _one(encrypted_key.findall(f"{ENCRYPTION}EncryptionMethod"))
    return private_key.decrypt(_value(encrypted_key), _padding(method))


def _padding(method: Element) -> padding.OAEP:
    digest: Callable[[], hashes.HashAlgorithm] = hashes.SHA1
    mask: Callable[[], hashes.HashAlgorithm] = hashes.SHA1
    if (stated := only_child(method, f"{SIGNATURE}DigestMethod")) is not None:
        digest = _DIGESTS[stated.get("Algorithm")]
    if method.get("Algorithm") == f"{_ENCRYPTION_11}rsa-oaep":
        if (stated := only_child(method, f"{{{_ENCRYPTION_11}}}MGF")) is not None:
            mask = _MASKS[stated.get("Algorithm")]
    elif method.get("Algorithm") != "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p":
        raise ValueError
    return padding.OAEP(mgf=padding.MGF1(mask()), algorithm=digest(), label=None)


def _gcm(bits: int) -> Callable[[bytes, bytes], bytes]:
    def decrypt(key: bytes, value: bytes) -> bytes:
        if len(key) * 8 != bits:
            raise ValueError
        return AESGCM(key).decrypt(value[:_NONCE], value[_NONCE:], None)

    return decrypt


def _cbc(bits: int) -> Callable[[bytes, bytes], bytes]:
    def decrypt(key: bytes, value: bytes) -> bytes:
        if len(key) * 8 != bits:
            raise ValueError
        decryptor = Cipher(AES(key), CBC(value[:_BLOCK])).decryptor()
        padded = decryptor.update(value[_BLOCK:]) + decryptor.finalize()
        if not 1 <= padded[-1] <= _BLOCK:
            raise ValueError
        return padded[: -padded[-1]]

    return decrypt


_CIPHERS: Mapping[str | None, Callable[[bytes, bytes], bytes]] = {
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc": _cbc(128),
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc": _cbc(256),
    f"{_ENCRYPTION_11}aes128-gcm": _gcm(128),
    f"{_ENCRYPTION_11}aes256-gcm": _gcm(256),
}
