"""A local Azure Functions host around Microsoft's Python worker library, for machines without Core Tools.

What the app sees is the worker that Azure runs; what is ours is the part that Azure's host plays: routes, requests and
replies, timers. Where the real host surprises, this one does so in the same way; `tests/unit/localdev` says how.
Known differences: function keys are not asked for, and only HTTP and timer triggers exist.
"""
