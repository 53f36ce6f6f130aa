"""Microsoft's worker library, driven as Azure's host drives it: initialise, index, load, invoke."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self
from uuid import uuid4

import azure_functions_runtime as runtime

from localdev.host import protos


class WorkerFailure(Exception):
    """The worker refused the app, or a function raised.

    Args:
        message: Type and message of the exception.
        stack_trace: Where it was raised, for the log.
    """

    def __init__(self, message: str, stack_trace: str = "") -> None:
        super().__init__(message)
        self.stack_trace = stack_trace.rstrip()


@dataclass(frozen=True, slots=True)
class Function:
    """A function as the worker reports it.

    Attributes:
        id: The worker's identifier.
        name: Its name.
        trigger: The binding that starts it, as in a `function.json`.
    """

    id: str
    name: str
    trigger: dict[str, Any]


class Worker:
    """The worker with one app loaded. It is a singleton of its process, as in Azure; `load` makes it."""

    def __init__(self, functions: list[Function]) -> None:
        self.functions = functions

    @classmethod
    async def load(cls, directory: Path) -> Self:
        """Load the `function_app.py` of a folder.

        Raises:
            WorkerFailure: It cannot be imported, or the worker refuses one of its functions.
        """
        if str(directory) not in sys.path:
            sys.path.insert(0, str(directory))
        runtime.start_threadpool_executor()
        init = SimpleNamespace(capabilities={}, function_app_directory=str(directory))
        _check(await runtime.worker_init_request(_message(worker_init_request=init)))
        metadata = await runtime.functions_metadata_request(_message())
        _check(metadata)
        if metadata.function_metadata_results is None:
            raise WorkerFailure(f"There are no functions in {directory / 'function_app.py'}.")
        return cls([await _load_function(function) for function in metadata.function_metadata_results])

    async def invoke(self, function: Function, data: protos.TypedData) -> protos.TypedData | None:
        """Run a function on the event loop, or in the worker's threads when it is not async.

        Returns:
            What it returned, through the worker's converters.

        Raises:
            WorkerFailure: It raised, or returned what cannot be converted.
        """
        name = function.trigger["name"]
        request = SimpleNamespace(
            invocation_id=str(uuid4()),
            function_id=function.id,
            input_data=[protos.ParameterBinding(name=name, data=data)],
            trigger_metadata={},
            trace_context=protos.Message(trace_parent="", trace_state="", attributes={}),
            retry_context=protos.Message(retry_count=0, max_retry_count=0),
        )
        response = await runtime.invocation_request(_message(invocation_request=request))
        _check(response)
        returned: protos.TypedData | None = response.return_value
        return returned

    def close(self) -> None:
        """Wait for the worker's threads."""
        runtime.stop_threadpool_executor()


async def _load_function(metadata: Any) -> Function:
    request = SimpleNamespace(function_id=metadata.function_id)
    _check(await runtime.function_load_request(_message(function_load_request=request)))
    bindings = [json.loads(binding) for binding in metadata.raw_bindings]
    trigger = next(binding for binding in bindings if binding["type"].endswith("Trigger"))
    return Function(metadata.function_id, metadata.name, trigger)


def _message(**request: Any) -> SimpleNamespace:
    properties = {"host": "127.0.0.1", "protos": protos}
    return SimpleNamespace(request=SimpleNamespace(**request), properties=properties)


def _check(response: Any) -> None:
    if response.result.status != protos.StatusResult.Success:
        exception = response.result.exception
        raise WorkerFailure(exception.message, exception.stack_trace)
