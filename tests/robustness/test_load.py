"""Many clients at once, half of them badly behaved: no answer is lost, and nothing is left open when they are gone."""

from __future__ import annotations

import http.client
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.robustness.clients import STREAM, Mob
from tests.robustness.servers import IS_SOAK, PATIENCE_S

WHILE_S = 20 if IS_SOAK else 3
#: How many answers nobody waits for.
ABORTS = 1000 if IS_SOAK else 150
#: How many requests may not leave anything behind, and how many come before, to fill what is remembered up to its limits.
REQUESTS = 50_000 if IS_SOAK else 4_000
BEFORE = 20_000 if IS_SOAK else 2_000
CONNECTIONS = 4

#: How many more blocks of memory may be in use after all these requests: a leak of one object for each would be far above, and what is
#: remembered up to a limit, of which there is some left to fill, below.
FEW_BLOCKS = 2_000


def is_all_closed(told):
    return not told["open"] and not told["alive"]


@pytest.mark.parametrize("server", ["waitress", "gunicorn"])
@pytest.mark.parametrize("name", ["short", "long"])
def test_crowd_is_served(start, server, name):
    """Sixty-four clients, half of them slow, aborting or sending rubbish: whoever behaves gets every answer, and the right one."""
    served = start(server, name)
    before = served.tell()
    mob = Mob(served.address, WHILE_S)
    mob.run()
    assert mob.trouble == []
    assert mob.answered and all(mob.done[manner] for manner in ("behave", "slow", "abort", "rubbish"))
    after = served.wait_until(is_all_closed)
    assert after["pid"] == before["pid"]
    assert after["begun"] >= mob.answered
    assert after.get("strangers", 0) == 0


@pytest.mark.parametrize("server", ["waitress", "gunicorn"])
def test_answer_that_nobody_waits_for_is_closed(start, server):
    """CVE-2022-31015, CVE-2024-49769 (rows 122, 125): clients that connect and go away, again and again, end no thread and leave no body open."""
    served = start(server)
    mob = Mob(served.address, 0)

    def go_away(number):
        with mob._connect() as connection:
            connection.sendall(STREAM)
            if number % 2:
                connection.recv(number)
            mob.reset(connection)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(go_away, range(ABORTS)))
    told = served.wait_until(is_all_closed)
    assert told.get("streams", 0) == told.get("streams closed", 0)
    assert json.loads(served.get("/echo/after")[1])["said"] == "after"


@pytest.mark.parametrize("name", ["X_Said", "X-Said_", "_Said"])
@pytest.mark.parametrize("server", ["waitress", "gunicorn"])
def test_underscore_passes_for_no_hyphen(start, server, name):
    """CVE-2015-0219, CVE-2026-3902 (row 33): the servers that the advice on deployment names drop such headers, as it says."""
    served = start(server)
    with socket.create_connection(served.address, timeout=PATIENCE_S) as connection:
        head = f"GET /echo/a HTTP/1.1\r\nHost: localhost\r\n{name}: forged\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b'"header": null' in answer


def ask_often(address, how_often):
    """Ask on one connection for this and that."""
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE_S)
    for number in range(how_often):
        # every path is another one, and so is what is said
        path = ("/echo/x{0}?said=x{0}", "/echo/y{0}", "/fail/error?{0}", "/missing/{0}", "/form")[
            number % 5
        ].format(number)
        if path == "/form":
            connection.request(
                "POST", path, f"a{number}=1", {"Content-Type": "application/x-www-form-urlencoded"}
            )
        else:
            connection.request(
                "GET", path, headers={"Accept-Language": f"x{number}", "Cookie": f"session={number}"}
            )
        connection.getresponse().read()
    connection.close()


@pytest.mark.parametrize("name", ["short", "long"])
def test_memory_is_flat(start, name):
    """After so many requests as before them: as many blocks of memory, no request and nothing open."""
    served = start("waitress", name)

    def crowd(how_often):
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(lambda _: ask_often(served.address, how_often // CONNECTIONS), range(CONNECTIONS)))
        return served.wait_until(is_all_closed)

    before = crowd(BEFORE)
    after = crowd(REQUESTS)
    assert after["begun"] - before["begun"] >= REQUESTS // 5 * 4
    assert after["blocks"] - before["blocks"] < FEW_BLOCKS, (before, after)
