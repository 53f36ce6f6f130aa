"""What all tests can use."""

from hypothesis import settings

settings.register_profile("rollcall", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("rollcall")

pytest_plugins = ["tests.emulators"]
