"""The script that a security team would write: every row of a feed becomes one MISP event, by PyMISP.

Keeps nothing: run again it adds every event again, and it ends at the first fault.
Arguments: the file, MISP's address. Prints what it did as JSON.
"""
import csv
import json
import logging
import os
import sys
import time

from pymisp import MISPEvent, PyMISP, __version__


def event_of(row):
    event = MISPEvent()
    event.info = f"[ransomwatch] {row['actor']} - victim:{row['victim']}({row['first_seen']})"
    event.set_date(row["first_seen"][:10])
    event.add_tag("ransomwatch")
    event.add_tag(f"actor:{row['actor']}")
    event.add_attribute("comment", row["victim"], category="External analysis", comment="victim")
    event.add_attribute("datetime", row["first_seen"], category="Other", comment="First Seen")
    if row["published"] != "N/A":
        event.add_attribute("datetime", row["published"], category="Other", comment="Published Date")
    event.add_attribute("url", row["url"], category="Network activity", comment="Leak site")
    return event


def main():
    # It would complain that a stand-in recommends no version of PyMISP.
    logging.getLogger("pymisp").setLevel(logging.ERROR)
    path, url = sys.argv[1], sys.argv[2]
    started = time.perf_counter()
    misp = PyMISP(url, os.environ["BENCH_MISP_KEY"])
    addresses = []
    with open(path, encoding="utf-8", newline="") as feed:
        for row in csv.DictReader(feed, delimiter="\t", quoting=csv.QUOTE_NONE):
            answer = misp.add_event(event_of(row))
            if "errors" in answer:
                raise SystemExit(f"MISP answered {answer['errors']}")
            addresses.append(f"{url}/events/view/{answer['Event']['id']}")
    seconds = time.perf_counter() - started
    print(json.dumps({"rows": len(addresses), "seconds": seconds, "pymisp": __version__}))


main()
