"""What all tests can use."""

pytest_plugins = ["tests.emulators"]
