"""Writes the report into one comment of the pull request, and only if something has changed.

Usage: `comment.py FILE`. It reads GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_EVENT_PATH and TOKEN,
and needs nothing but Python. The first line of a report identifies the comment of an earlier run.
A report without a section does not start a comment. A token that may not write, as in a pull
request from a fork, is a warning.
Source: GitHub docs, "REST API endpoints for issue comments".
"""

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

PAGE = 100
SECONDS = 30


def request(method: str, path: str, body: str | None = None) -> object:
    """Send one request to the API and return its answer."""
    url = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}"
    data = None if body is None else json.dumps({"body": body}).encode()
    asked = urllib.request.Request(url, data, method=method)
    asked.add_header("Authorization", f"Bearer {os.environ['TOKEN']}")
    asked.add_header("Accept", "application/vnd.github+json")
    with urllib.request.urlopen(asked, timeout=SECONDS) as answer:
        return json.load(answer)


def earlier(number: int, marker: str) -> dict | None:
    """Return the comment of an earlier run: by a bot, because anyone can write the marker."""
    page = 1
    while True:
        comments = request("GET", f"issues/{number}/comments?per_page={PAGE}&page={page}")
        for one in comments:
            if one["user"]["type"] == "Bot" and one["body"].startswith(marker):
                return one
        if len(comments) < PAGE:
            return None
        page += 1


def main(report: Path) -> None:
    """Write the comment, change it, or leave it."""
    number = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text())["pull_request"]["number"]
    body = report.read_text("utf-8").strip()
    marker, *lines = body.splitlines()
    found = earlier(number, marker)
    if found and found["body"].replace("\r\n", "\n").strip() == body:
        print("the comment is up to date")
    elif found:
        request("PATCH", f"issues/comments/{found['id']}", body)
    elif not any(line.startswith("### ") for line in lines):
        print("nothing new, and no comment to change")
    else:
        request("POST", f"issues/{number}/comments", body)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    if not file.is_file():
        print("::warning::kubewitness: there is no report, so no comment was written")
        sys.exit(0)
    try:
        main(file)
    except urllib.error.HTTPError as error:
        print(f"::warning::kubewitness: no comment was written: the API answers {error.code}")
    except OSError as error:
        print(f"::warning::kubewitness: no comment was written: {error}")
