"""What goes over the wire, as pydantic models; camelCase there, snake_case here. A module for each area."""
