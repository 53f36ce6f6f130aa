"""Requests that are made from the OpenAPI document, and what every reply to them must keep."""
