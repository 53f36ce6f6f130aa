"""The smoke test: whether a deployment works as identity providers will find it.

    read -rs TOKEN && export TOKEN
    make smoke URL=https://<app>.azurewebsites.net/ws/scim/v2

It needs nothing but the SCIM URL and a token, and asks from outside, so that it sees what stands in front of the app as
well. It makes one throw-away user, and deletes it, whatever happens in between.

* `checks.py` is the table of all checks, in their order; those of one subject are in a module each.
* A check is a function of a `Trial`. It returns what it saw, in a sentence; it raises `Problem` with what is wrong and
  what to do, or `NotApplicable`. Whatever else breaks it off fails it, too, and the next one goes on. What needs a
  check that did not pass is not done: one cause is told once.
* `strangers.py` knows what answers in Rollcall's place.
"""
