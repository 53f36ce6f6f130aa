"""A tenant with everything in it, over months: what every page of the console shows. See `building` and `words`."""
