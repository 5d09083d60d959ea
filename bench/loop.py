"""The loop that a user would write: every unread mail becomes one POST, and is then marked as read.

Keeps nothing safe: no retry, no record of what was sent, and it ends at the first fault.
Arguments: IMAP port, user, webhook address. Prints what it did as JSON.
"""
import email
import http.client
import imaplib
import json
import os
import re
import resource
import sys
import time
from email.header import decode_header, make_header
from urllib.parse import urlsplit

URL = re.compile(r"https?://[^\s<>\"')\]]+")


def header(message, name):
    try:
        return str(make_header(decode_header(message.get(name, ""))))
    except (LookupError, UnicodeDecodeError, ValueError):
        return str(message.get(name, ""))


def text_of(part):
    raw = part.get_payload(decode=True) or b""
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def urls_of(message):
    found = {}
    for part in message.walk():
        if part.get_content_maintype() == "text":
            found.update(dict.fromkeys(URL.findall(text_of(part))))
    return list(found)


def main():
    port, user, url = int(sys.argv[1]), sys.argv[2], urlsplit(sys.argv[3])
    started = time.perf_counter()
    mailbox = imaplib.IMAP4("127.0.0.1", port)
    mailbox.login(user, os.environ["BENCH_PASSWORD"])
    mailbox.select("INBOX")
    soar = http.client.HTTPConnection(url.hostname, url.port)
    uids = mailbox.uid("search", None, "UNSEEN")[1][0].split()
    for uid in uids:
        raw = mailbox.uid("fetch", uid, "(BODY.PEEK[])")[1][0][1]
        message = email.message_from_bytes(raw)
        alert = {
            "id": message.get("Message-ID", ""),
            "name": header(message, "Subject"),
            "from": header(message, "From"),
            "to": header(message, "To"),
            "date": message.get("Date", ""),
            "urls": urls_of(message),
        }
        headers = {"content-type": "application/json", "webhook-id": uid.decode()}
        soar.request("POST", url.path, json.dumps(alert), headers)
        response = soar.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"the webhook answered {response.status}")
        mailbox.uid("store", uid, "+FLAGS.SILENT", "(\\Seen)")
    mailbox.logout()
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
    cpu_seconds = used.ru_utime + used.ru_stime
    print(json.dumps({"mails": len(uids), "seconds": seconds, "cpuSeconds": cpu_seconds, "peakMemoryMb": peak}))


main()
