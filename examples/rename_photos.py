#!/usr/bin/env python3
"""Rename photos to the date they were taken (default folder: examples/sample/photos).

IMG_2041.jpg becomes 2024-07-14_183205.jpg. The date comes from the picture's EXIF data
(DateTimeOriginal, read by hand, no library needed), else from a date in the file's name,
else from the file's modification time. Two photos of one second become ..._2.jpg.

What you will see under approve-run: one rename for each photo, shown as a rename and
not as a deletion and a new file. The bytes of the photos stay as they are.
"""

import re
import struct
import sys
from datetime import datetime
from pathlib import Path

DATE_TIME_ORIGINAL = 0x9003
EXIF_FOLDER = 0x8769


def exif_date(data):
    """The DateTimeOriginal of a JPEG file, or None."""
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        segment = data[at + 4 : at + 2 + length]
        if marker == 0xE1 and segment.startswith(b"Exif\0\0"):
            return tiff_date(segment[6:])
        if marker == 0xDA:
            return None
        at += 2 + length
    return None


def tiff_date(tiff):
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None

    def entries(offset):
        (count,) = struct.unpack_from(order + "H", tiff, offset)
        for n in range(count):
            yield struct.unpack_from(order + "HHII", tiff, offset + 2 + 12 * n)

    (first,) = struct.unpack_from(order + "I", tiff, 4)
    for tag, _, _, value in entries(first):
        if tag == EXIF_FOLDER:
            for inner, _, length, place in entries(value):
                if inner == DATE_TIME_ORIGINAL:
                    text = tiff[place : place + length].rstrip(b"\0").decode("ascii")
                    return datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
    return None


def name_date(name):
    """From names like IMG-20230903-WA0007.jpg or Screenshot 2024-01-05 at 10.11.12.png."""
    match = re.search(r"(20\d\d)-?(\d\d)-?(\d\d)(?:\D{1,4}(\d\d)[.:-]?(\d\d)[.:-]?(\d\d))?", name)
    if match is None:
        return None
    try:
        return datetime(*(int(part or 0) for part in match.groups()))
    except ValueError:
        return None


def date_of(path):
    return exif_date(path.read_bytes()) or name_date(path.name) or datetime.fromtimestamp(path.stat().st_mtime)


def main():
    here = Path(__file__).resolve().parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "sample" / "photos"
    renamed = 0
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in (".jpg", ".jpeg", ".png") or re.match(r"\d{4}-\d\d-\d\d_\d{6}", path.name):
            continue
        stem = date_of(path).strftime("%Y-%m-%d_%H%M%S")
        target = folder / (stem + path.suffix.lower())
        number = 2
        while target.exists():
            target = folder / f"{stem}_{number}{path.suffix.lower()}"
            number += 1
        path.rename(target)
        print(f"{path.name} -> {target.name}")
        renamed += 1
    print(f"{renamed} photos renamed in {folder}")


if __name__ == "__main__":
    main()
