#!/usr/bin/env python3
"""Tidy the configuration files of a folder (default: examples/sample/config).

What it does, in every *.ini, *.json and *.yaml file there:
  - sorts sections and keys,
  - puts a port that can not be one (0, or above 65535) back to its default,
  - drops duplicates from lists,
  - copies each file it changes to backup/ first,
and then deletes the *.bak files that editors have left behind.

What you will see under approve-run: one new folder (backup/) with a copy of each
changed file, a diff for each changed file, and one deletion. Nothing outside the
folder is touched, and a second run finds nothing to do.
"""

import configparser
import io
import json
import re
import shutil
import sys
from pathlib import Path

DEFAULT_PORT = 8080


def fix_port(name, value):
    """A port as it should be; any other value as it is."""
    if name.lower().endswith("port") and str(value).isdigit() and not 0 < int(value) < 65536:
        print(f"    {name}: {value} is no port, now {DEFAULT_PORT}")
        return type(value)(DEFAULT_PORT)
    return value


def without_duplicates(items):
    seen = []
    for item in items:
        if item in seen:
            print(f"    duplicate dropped: {str(item).strip(' -')}")
        else:
            seen.append(item)
    return seen


def tidy_json(text):
    def tidy(value, name=""):
        if isinstance(value, dict):
            return {key: tidy(value[key], key) for key in sorted(value)}
        if isinstance(value, list):
            return without_duplicates([tidy(item) for item in value])
        if isinstance(value, bool):
            return value
        return fix_port(name, value)

    return json.dumps(tidy(json.loads(text)), indent=2, ensure_ascii=False) + "\n"


def tidy_ini(text):
    old = configparser.ConfigParser(interpolation=None)
    old.optionxform = str
    old.read_string(text)
    new = configparser.ConfigParser(interpolation=None)
    new.optionxform = str
    for section in sorted(old.sections()):
        new[section] = {key: fix_port(key, old[section][key]) for key in sorted(old[section])}
    out = io.StringIO()
    new.write(out)
    return out.getvalue().rstrip("\n") + "\n"


def tidy_yaml(text):
    """The flat YAML of most configuration files: `key: value` lines and `key:` with a list of `- item` lines."""
    blocks = []
    for line in text.splitlines():
        if not line.strip():
            continue
        if re.match(r"\s*-\s", line):
            blocks[-1][1].append(line)
        else:
            blocks.append((line, []))
    lines = []
    for head, items in sorted(blocks, key=lambda block: block[0]):
        name, _, value = head.partition(":")
        value = value.strip()
        lines.append(f"{name}: {fix_port(name, value)}" if value else f"{name}:")
        lines += without_duplicates(items)
    return "\n".join(lines) + "\n"


TIDY = {".ini": tidy_ini, ".json": tidy_json, ".yaml": tidy_yaml}


def main():
    here = Path(__file__).resolve().parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "sample" / "config"
    backup = folder / "backup"
    changed = 0
    for path in sorted(folder.iterdir()):
        tidy = TIDY.get(path.suffix)
        if tidy is None or not path.is_file():
            continue
        print(f"  {path.name}")
        before = path.read_text(encoding="utf-8")
        after = tidy(before)
        if after == before:
            continue
        backup.mkdir(exist_ok=True)
        shutil.copy2(path, backup / path.name)
        path.write_text(after, encoding="utf-8")
        changed += 1
    for path in sorted(folder.glob("*.bak")):
        print(f"  {path.name}: deleted")
        path.unlink()
    print(f"{changed} files tidied in {folder}")


if __name__ == "__main__":
    main()
