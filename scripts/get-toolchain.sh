#!/bin/sh
# get-toolchain.sh DIR: a C compiler and make from Debian's packages under DIR, run as DIR/cc and DIR/make.
# The system is not touched, and no root is needed.
set -eu

here=$(cd -P -- "$(dirname -- "$0")" && pwd)
place=$1
[ -x "$place/cc" ] && [ -x "$place/make" ] && exit 0

"$here/unpack-debian.sh" "$place" gcc libc6-dev make

rm -rf "$place/usr/share"
triplet=$(basename "$(dirname "$(ls "$place"/usr/lib/*/libc_nonshared.a | head -n 1)")")
libraries=$place/usr/lib/$triplet

# libc6-dev's linker scripts name files by absolute paths: what is ours is under DIR, what is the system's stays.
for script in "$libraries/libc.so" "$libraries/libm.so"; do
	grep -q '^GROUP' "$script" || continue
	sed "s|/usr/lib/$triplet/\([a-z_]*\.a\)|\"$libraries/\1\"|g" "$script" > "$script.new"
	mv "$script.new" "$script"
done

# The programs' own libraries, without libc itself: a foreign one does not go with the system's loader.
mkdir -p "$place/lib.run"
for file in "$libraries"/*.so*; do
	case ${file##*/} in
		libc.so* | libm.so* | libdl.so* | libpthread.so* | librt.so* | ld-linux*) ;;
		*) ln -sf "$file" "$place/lib.run/" ;;
	esac
done

write_program() {
	printf '#!/bin/sh\nhere=${0%%/*}\nLD_LIBRARY_PATH=$here/lib.run exec %s "$@"\n' "$2" > "$place/$1"
	chmod +x "$place/$1"
}
usr='"$here/usr'
write_program make "$usr/bin/make\""
write_program cc "$usr/bin/gcc\" -B$usr/bin/\" -B$usr/lib/$triplet/\" -L$usr/lib/$triplet\" \\
	-isystem $usr/include/$triplet\" -isystem $usr/include\""
