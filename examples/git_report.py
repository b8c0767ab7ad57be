#!/usr/bin/env python3
"""Write a short report about the git repository you are in (git-report.md).

Runs git with subprocess, reads what it prints, and writes one file in the current folder.

What you will see under approve-run: git runs what the configuration of a repository tells it
to, so no shipped policy allows it unseen; at each command the script stands still
until you answer, and gets git's real output and exit status afterwards. If you deny one, the script sees
a PermissionError and says so. At the end there is one new file to review.
"""

import subprocess
from collections import Counter
from pathlib import Path


def git(*words):
    done = subprocess.run(["git", *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"git {' '.join(words)} failed: {done.stderr.strip()}")
    return done.stdout


def main():
    branch = git("branch", "--show-current").strip()
    changed = git("status", "--short").splitlines()
    try:
        log = git("log", "-n", "200", "--format=%an%x09%as%x09%s").splitlines()
    except PermissionError:
        print("git log was not allowed: the report goes without it")
        log = []
    commits = [line.split("\t", 2) for line in log]
    authors = Counter(author for author, _, _ in commits)
    days = Counter(day for _, day, _ in commits)

    lines = [f"# {Path.cwd().name}, branch {branch}", "", f"{len(changed)} files changed and not committed.", ""]
    lines += [f"- `{line}`" for line in changed[:20]]
    if commits:
        lines += ["", f"The last {len(commits)} commits:", ""]
        lines += [f"- {count} by {author}" for author, count in authors.most_common(5)]
        lines += ["", "Busiest days:", ""]
        lines += [f"- {day}: {count}" for day, count in days.most_common(3)]
    report = "\n".join(lines) + "\n"
    Path("git-report.md").write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
