"""The messages that the host and the worker exchange, without protobuf: the worker only makes and reads them.

A message is a bag of fields. What was not given reads as None, except in `TypedData`, where the worker probes for an
attribute that must not be there.
"""

from types import SimpleNamespace
from typing import Any, ClassVar


class Message:
    """A message with the fields that it was given; all others are None."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> None:
        """None for what was not given, as an unset field of a message."""
        if name.startswith("__"):
            raise AttributeError(name)


class TypedData:
    """A value of one of several kinds: `TypedData(json="{}")`. Without a kind, or with None, it is unset."""

    bytes: "bytes | None"
    http: Any
    json: str
    string: str

    def __init__(self, **kind: Any) -> None:
        self.kind = next((name for name, value in kind.items() if value is not None), None)
        self.__dict__.update(kind)

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - protobuf's name
        """The name of the field that is set."""
        return self.kind


class ParameterBinding(Message):
    """A value for a parameter."""

    def WhichOneof(self, _group: str) -> str:  # noqa: N802 - protobuf's name
        """Values always travel as data, never in shared memory."""
        return "data"


class BindingInfo(Message):
    """A binding; the constants are those of its direction and data type."""

    undefined: ClassVar = 0
    out: ClassVar = 1
    inout: ClassVar = 2


class StatusResult(Message):
    """How something went."""

    Failure: ClassVar = 0
    Success: ClassVar = 1


class RpcHttpCookie(Message):
    """A cookie of a reply."""

    SameSite: ClassVar = SimpleNamespace(**{"None": 0, "Lax": 1, "Strict": 2, "ExplicitNone": 3})


class RpcHttp(Message):
    """A request or a reply."""


RpcException = RpcFunctionMetadata = RpcRetryOptions = Message
WorkerInitResponse = WorkerMetadata = FunctionMetadataResponse = FunctionLoadResponse = InvocationResponse = Message
NullableString = NullableBool = NullableDouble = NullableTimestamp = Timestamp = Message
