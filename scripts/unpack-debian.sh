#!/bin/sh
# unpack-debian.sh DIR [--reinstall] PACKAGE…: unpacks Debian packages, and what they need that is not installed, into DIR.
# --reinstall: also those of the named packages that are installed.
# No root is needed and the system is not touched; apt checks the signatures as ever. DIR appears whole or not at all.
# Standard output: the version of the first package.
set -eu
umask 022

place=$1
shift
again=
if [ "$1" = --reinstall ]; then
	again=$1
	shift
fi
command -v apt-get > /dev/null && command -v dpkg-deb > /dev/null || {
	echo 'approve-run: this is no Debian system (apt-get and dpkg-deb are missing)' >&2
	exit 3
}
work=$place.new.$$
mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial" "$work/files"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

cd "$work"
apt() {
	apt-get -q -o Debug::NoLocking=1 -o Acquire::Languages=none -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
		-o APT::Sandbox::User= -o Dir::Cache="$work/apt" -o Dir::Cache::archives="$work/apt/archives" "$@" >&2
}
download() {
	apt "$@" -y --no-install-recommends --download-only --no-remove $again install $packages
}
packages=$*

# First the system's own package lists, then, where they are missing or too old, fresh ones of ours.
download || {
	apt -o Dir::State::lists="$work/apt/lists" update &&
		download -o Dir::State::lists="$work/apt/lists"
} || {
	echo "approve-run: apt-get can not download $packages (is the network there, and Debian in /etc/apt/sources.list?)" >&2
	exit 1
}

for file in apt/archives/*.deb; do
	[ -f "$file" ] || continue
	case ${file##*/} in libc6_* | libc-bin_*) continue ;; esac
	dpkg-deb --extract "$file" files >&2
done
first=${packages%% *}
for file in apt/archives/"${first}"_*.deb; do
	[ -f "$file" ] || {
		echo "approve-run: apt-get downloaded no package $first; it says that it is installed" >&2
		exit 1
	}
	version=$(dpkg-deb --field "$file" Version)
done
rm -rf apt
cd /
rm -rf "$place"
mv "$work/files" "$place"
printf '%s\n' "$version"
