#!/usr/bin/env python3
"""Clean up a folder of log files (default: examples/sample/logs).

Counting back from the newest dated log:
  - logs older than 30 days are deleted,
  - logs older than 7 days are compressed (name.gz, and the plain one goes),
  - current.txt keeps its last 20 lines.

What you will see under approve-run: deletions (with what was in the files), new .gz
files (binary: their size is shown, not a diff), and one long diff of removed lines.
"""

import gzip
import re
import sys
from datetime import date, timedelta
from pathlib import Path

DELETE_AFTER = timedelta(days=30)
COMPRESS_AFTER = timedelta(days=7)
KEEP_LINES = 20


def dated_logs(folder):
    for path in sorted(folder.iterdir()):
        match = re.search(r"\.log\.(\d{4}-\d\d-\d\d)(\.gz)?$", path.name)
        if match:
            yield path, date.fromisoformat(match.group(1))


def compress(path):
    target = path.with_name(path.name + ".gz")
    with open(target, "wb") as raw, gzip.GzipFile(path.name, "wb", 9, raw, mtime=0) as out:
        out.write(path.read_bytes())
    path.unlink()


def shorten(path):
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if len(lines) > KEEP_LINES:
        path.write_text("".join(lines[-KEEP_LINES:]), encoding="utf-8")
        print(f"shortened  {path.name} by {len(lines) - KEEP_LINES} lines")


def main():
    here = Path(__file__).resolve().parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "sample" / "logs"
    logs = list(dated_logs(folder))
    newest = max((day for _, day in logs), default=date.today())
    freed = 0
    for path, day in logs:
        if newest - day > DELETE_AFTER:
            freed += path.stat().st_size
            path.unlink()
            print(f"deleted    {path.name}")
        elif newest - day > COMPRESS_AFTER and path.suffix != ".gz":
            compress(path)
            print(f"compressed {path.name}")
    current = folder / "current.txt"
    if current.exists():
        shorten(current)
    print(f"{freed} bytes of old logs deleted in {folder}")


if __name__ == "__main__":
    main()
