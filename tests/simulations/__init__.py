"""Identity providers, simulated: Microsoft Entra ID and Okta as they call a SCIM service.

`Directory` (directory.py) is what administrators keep in their identity provider; `directory.change()` alters it at
random, by a seed. `EntraJob` (entra.py) and `OktaApp` (okta.py) provision it over an `httpx.AsyncClient`, which leads
to a process, an ASGI application or any URL; what the identity provider would count as a failure is in `failures`.
`differences` (expected.py) reads everything back and names what is not as it must be.

    directory = Directory(Random(1), domain="contoso.com", organizations=("1", "2"))
    directory.populate(users=60, groups=6, members=20)
    job = EntraJob(client, scim_url, token, directory, dialect="legacy")
    await job.initial_cycle()
    directory.change(60)
    await job.incremental_cycle()
    assert job.failures == []
    assert await differences(client, scim_url, token, job.expected()) == []
"""
