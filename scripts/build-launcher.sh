#!/bin/sh
# build-launcher.sh DIR CACHE: builds pypy/launcher into DIR/launcher, with the machine's compiler or, where there is
# none, with Debian's, unpacked under CACHE/toolchain without touching the system.
set -eu

here=$(cd -P -- "$(dirname -- "$0")/.." && pwd)
place=$1
cache=$2

# make takes no spaces in names: everything is built in a folder of ours and moved.
work=$(TMPDIR=/tmp mktemp -d)
trap 'rm -rf "$work"' EXIT

can_compile() {
	printf '#include <linux/seccomp.h>\n#include <stdio.h>\nint main(void) { return puts("") < 0; }\n' > "$work/try.c"
	"$@" -o "$work/try" "$work/try.c" -ldl && "$work/try" > "$work/try.out"
}

make=make
if command -v make && command -v cc && can_compile cc; then
	compiler=cc
elif command -v make && command -v gcc && can_compile gcc; then
	compiler=gcc
else
	"$here/scripts/get-toolchain.sh" "$cache/toolchain"
	ln -s "$cache/toolchain" "$work/toolchain"
	make=$work/toolchain/make
	compiler=$work/toolchain/cc
	can_compile "$compiler" || {
		echo 'approve-run: the compiler from the Debian packages does not work here'
		exit 1
	}
fi

# Not in place: a folder that holds the sources may be read-only, or have spaces in its name.
cp -r "$here/pypy/launcher" "$work/source"
rm -rf "$work/source/build"
"$make" -C "$work/source" BUILD="$work/build" CC="$compiler"

mkdir -p "$place"
cp "$work/build/launcher" "$place/launcher.new.$$"
mv "$place/launcher.new.$$" "$place/launcher"
