"""Chaos: requests that are sometimes almost right, on every SCIM route, and what must be true of every reply.

`Values` (values.py) makes what attributes take, and what they do not, from the schemas; `Searches` (searches.py) makes
filters and paging; `Bulk` (bulk.py) bulk requests; `Chaos` (requests.py) whole requests. `complaints` (replies.py)
judges a reply. A `Walk` (walk.py) sends them to a tenant of its own: the same seed, the same requests.

    walk = await Walk.begin(seed=7, policy=UnknownAttributes.REJECT)
    await walk.go(2_000)
    assert await walk.violations() == []

`python -m tests.chaos 1000 1100` walks with other seeds, by hand.
"""
