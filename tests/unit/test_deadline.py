"""The time that the work on a request has left."""

import asyncio
from math import inf

import pytest

from scim.deadline import seconds_left, within


async def test_where_nobody_waits_there_is_no_end():
    assert seconds_left() == inf


async def test_what_is_done_within_a_time_knows_what_is_left_of_it():
    async def work():
        return seconds_left(), await asyncio.create_task(inner())

    async def inner():
        return seconds_left()

    outer, in_a_task = await within(20, work())

    assert 15 < in_a_task <= outer <= 20
    assert seconds_left() == inf


async def test_two_requests_at_once_have_each_their_own_time():
    async def work():
        await asyncio.sleep(0)
        return seconds_left()

    first, second = await asyncio.gather(within(10, work()), within(1000, work()))

    assert first <= 10
    assert 900 < second <= 1000


async def test_work_that_takes_longer_is_cancelled():
    with pytest.raises(TimeoutError):
        await within(0.01, asyncio.Event().wait())

    assert seconds_left() == inf
