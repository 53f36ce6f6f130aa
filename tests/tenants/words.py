"""What things of a tenant are called: as in a real company, or as somebody would call them who means harm."""

from collections.abc import Mapping, Sequence

KINDS = (
    "organization",
    "provider",
    "technician role",
    "end user role",
    "description",
    "entity ID",
    "group",
    "given name",
    "family name",
    "title",
    "department",
    "label",
    "agent",
    "sign-in address",
)
"""What is called something."""

type Words = Mapping[str, Sequence[str]]
"""By kind, at least as many as are used. Where names have to be unique, they are."""


def _names(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(","))


PLAIN: Words = {
    "organization": _names(
        "Adatum Corporation, Contoso Ltd, Fabrikam Inc, Northwind Traders, Tailspin Toys, Wingtip Toys, Woodgrove Bank"
    ),
    "provider": _names(
        "Tailspin Okta, Northwind Entra, Contoso Entra, Fabrikam Okta, Wingtip Okta, Woodgrove Entra, Adatum"
    ),
    "technician role": _names("Helpdesk L1, Helpdesk L2, Identity Auditor, Field Technician, Patch Manager"),
    "end user role": _names("Portal, Tickets, Remote Access"),
    "description": (
        "Looks people and organizations up",
        "Works on escalated tickets",
        "Sees who may sign in, and how",
        "Visits customers",
        "Approves and installs updates",
    ),
    "entity ID": ("https://sts.windows.net/7d2a5c1e-3b52-4e0f-9c58-0f6a1c3e8b21/",),
    "group": _names(
        "NinjaOne-Helpdesk, NinjaOne-Field, NinjaOne-Auditors, NinjaOne-Customers, NinjaOne-Remote, NinjaOne-Interns"
    ),
    "given name": _names(
        "Ana, Ben, Chiara, Dariusz, Elif, Fatima, Goran, Hanna, Ivan, Jürgen, Kaito, Li, María José, Noor, Oluwaseun,"
        "Priya, Quentin, Rosa, Søren, Thảo, Umberto, Vera, Wanda, Ximena, Yusuf, Zoë"
    ),
    "family name": _names(
        "Ruiz, Keller, Rossi, Nowak, Demir, Haddad, Horvat, Lindqvist, Petrov, Weiß, Tanaka, Wei, Fernández, de Vries,"
        "Adeyemi, Sharma, Dubois, Costa, Jørgensen, Nguyễn, Greco, Novak, Kowalska, Morales, Kaya, Brown"
    ),
    "title": _names("Support engineer, Account manager, Team lead, Field engineer, Intern"),
    "department": _names("Service desk, Sales, Operations, Finance"),
    "label": _names("Entra production, Okta production, Migration, Nightly export"),
    "agent": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1",
    ),
    "sign-in address": _names(
        "tailspin.example, northwind.example, contoso.com, fabrikam.com, wingtip.example, woodgrove.example,"
        "adatum.example"
    ),
}
"""The third provider is the one that most is told of, `provider`."""

_ATTACKS = (
    "<script>window.hacked=1;alert(1)</script>",
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    "' onfocus=window.hacked=1 autofocus x='",
    "</title></textarea><!-- <b>&lt;i&gt;&amp;amp;",
    "javascript:window.hacked=1",
    "{{7*7}}${7*7}<%= 7*7 %>{name}%(name)s%s",
    "pay\u202egnp.exe",
    "\u2066turned\u2069 \u200bblank\u00ad\u2028line",
    "W" * 120,
    "👩‍👩‍👧‍👦🏴‍☠️🧑🏿‍🚒" * 6,
    "مرحبا بالعالم שלום עולם",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0359\u0324\u031ea\u0489\u036f\u035e\u0320\u034dl\u0357go",
    "語" * 60,
    "a\u0301" * 40,
)
HOSTILE: Words = {
    **dict.fromkeys(KINDS, _ATTACKS),
    "sign-in address": tuple(f"{'w' * 63}.{'x' * 60}{number}.example" for number in range(7)),
}
CROWDED: Words = {
    **PLAIN,
    **{
        kind: tuple(f"{PLAIN[kind][number % len(PLAIN[kind])]} {number}" for number in range(60))
        for kind in ("organization", "technician role", "end user role", "group")
    },
}
"""More of everything than a page shows at once."""
