"""In which order the operations of a bulk request are done."""

from scim.protocol.bulk_order import BulkOrder, Task, TaskKind


def operation(number):
    return Task(TaskKind.OPERATION, number)


def completion(number):
    return Task(TaskKind.COMPLETION, number)


def test_what_waits_for_nothing_comes_in_the_order_of_the_request():
    order = BulkOrder()
    for number in (2, 0, 1):
        order.add(operation(number), ())
    assert [order.next(), order.next(), order.next(), order.next()] == [*map(operation, range(3)), None]


def test_who_waits_comes_as_soon_as_all_is_made():
    order = BulkOrder()
    order.add(operation(0), {"a", "b"})
    order.add(operation(5), ())
    order.settle("a", made=True)
    assert list(order.stuck()) == [0]
    order.settle("b", made=True)
    assert [order.next(), order.next()] == [operation(0), operation(5)]


def test_who_waits_for_what_never_will_be_need_not_wait_for_the_rest():
    order = BulkOrder()
    order.add(operation(0), {"a", "b"})
    order.settle("a", made=False)
    assert order.next() == operation(0)
    order.settle("b", made=True)
    assert order.next() is None


def test_completions_come_before_operations():
    order = BulkOrder()
    order.add(operation(1), ())
    order.add(completion(7), ())
    assert [order.next(), order.next()] == [completion(7), operation(1)]


def test_what_is_taken_does_not_come_again():
    order = BulkOrder()
    order.add(operation(0), {"a"})
    order.take(0)
    order.settle("a", made=True)
    assert (order.next(), list(order.stuck())) == (None, [])
