"""Azure Functions triggers: the only code, besides `function_app.py`, that knows `azure.functions`."""
