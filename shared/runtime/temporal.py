"""The connection to Temporal: JSON by pydantic, small histories, no compression on one machine."""

import os
from typing import Any

from pydantic_core import SchemaSerializer
from pydantic_core.core_schema import any_schema
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)
from temporalio.service import GrpcCompression

from shared.runtime.settings import Settings

_LOCAL = ("127.0.0.1:", "localhost:", "[::1]:")


class _SparseJSON(PydanticJSONPlainPayloadConverter):
    """Leaves out what has its default value: most fields of most messages are None or empty.

    Defaults rather than None alone, because a field that must be given may be given as None. So the default of a
    message's field never changes: older histories rely on it.
    """

    _serializer = SchemaSerializer(any_schema())

    def to_payload(self, value: Any) -> Payload | None:
        """The value as JSON."""
        data = self._serializer.to_json(value, exclude_defaults=True)
        return Payload(metadata={"encoding": self.encoding.encode()}, data=data)


class SparsePayloadConverter(CompositePayloadConverter):
    """The default converters, with the JSON one replaced."""

    def __init__(self) -> None:
        super().__init__(
            *(
                _SparseJSON() if isinstance(converter, JSONPlainPayloadConverter) else converter
                for converter in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


DATA_CONVERTER = DataConverter(payload_converter_class=SparsePayloadConverter)
"""For every client, worker, test and replay alike."""


async def connect(settings: Settings, *, role: str, lazy: bool = True) -> Client:
    """A client; a lazy one connects at its first call, a worker needs one that is not.

    `role` and the process id are its identity, which every history event repeats: keep it short.
    """
    key = settings.temporal_api_key
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=DATA_CONVERTER,
        identity=f"{role}-{os.getpid()}",
        lazy=lazy,
        tls=settings.temporal_tls or key is not None,
        api_key=key.get_secret_value() if key else None,
        grpc_compression=(
            GrpcCompression.NONE if settings.temporal_address.startswith(_LOCAL) else GrpcCompression.GZIP
        ),
    )
