/*
 * Which line of the script is at work: a hint for the person, kept by the interpreter itself in a page at HINT_ADDRESS, from which
 * the controller reads it. The guest can write there what it likes: nothing but the screen may believe it. Without this page, or
 * with an interpreter that is built otherwise, there is no hint, and nothing else changes.
 *
 * The hook has to be there before the script, and must not be seen by it. So the library's own way to open(2) leads here until the
 * interpreter opens its module `site`, the first one it reads: then the hook is installed, in the middle of a call as a callback
 * of C would be, and the way is put back.
 */
#define _GNU_SOURCE 1 /* dlinfo */
#include "launcher.h"

#include <dlfcn.h>
#include <link.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

static const char hook[] =
	"import sys\n"
	"del sys._pypy_execute_source\n"
	"def install(address):\n"
	"    known = '_cffi_backend' in sys.modules\n"
	"    from _cffi_backend import FFI\n"
	"    if not known: del sys.modules['_cffi_backend']\n"
	"    ffi = FFI()\n"
	"    note = ffi.buffer(ffi.cast('char *', address), 4096)\n"
	"    getframe, decode, isinstance_, str_, bytes_, type_ = sys._getframe, bytes.decode, isinstance, str, bytes, type\n"
	"    library = tuple([path + '/' for path in sys.path if path])\n" /* the standard library's folders alone, so early */
	"    events = {'open': 1, 'subprocess.Popen': 1, 'socket.connect': 1, 'socket.bind': 1, 'socket.getaddrinfo': 1, 'os.system': 1}\n"
	"    def see(event, args):\n"
	"        if event not in events: return\n"
	"        try:\n"
	"            frame = getframe(1)\n"
	"            while frame is not None:\n"
	"                name = frame.f_code.co_filename\n"
	"                if not name.startswith(library) and (not name.startswith('<') or name == '<string>' or name == '<stdin>'): break\n"
	"                frame = frame.f_back\n"
	"            if frame is None: return\n"
	"            about = args[0] if args else ''\n"
	"            if isinstance_(about, bytes_): about = decode(about, 'utf-8', 'surrogateescape')\n"
	/* Of a class of the script's own no method is called: it would see that. */
	"            elif type_(about).__module__ == 'pathlib': about = str_(about)\n"
	"            if not isinstance_(about, str_): about = ''\n"
	"            text = f'{frame.f_lineno}\\0{name}\\0{event}\\0{about}\\0'.encode('utf-8', 'surrogateescape')\n"
	"            if len(text) <= 4096: note[0:len(text)] = text\n"
	"        except Exception: pass\n"
	"    sys.addaudithook(see)\n"
	"try: install(c_argument)\n"
	"except Exception: pass\n"
	"del install\n";

typedef int open_function(const char *, int, ...);
enum { SLOTS_MAX = 4 };

static struct {
	void **slots[SLOTS_MAX];
	unsigned count;
	open_function *open;
	int (*execute)(const char *, void *);
} way;

static int open_first(const char *path, int flags, ...)
{
	va_list rest;
	va_start(rest, flags);
	int mode = va_arg(rest, int);
	va_end(rest);
	open_function *real = way.open;
	if (way.count > 0 && path && strstr(path, "/site.")) {
		for (unsigned i = 0; i < way.count; i++)
			*way.slots[i] = *(void **)&way.open;
		way.count = 0;
		way.execute(hook, (void *)HINT_ADDRESS);
	}
	return real(path, flags, mode);
}

/* The places in which the library keeps the address of `open`. */
static void lead_here(struct link_map *map, const ElfW(Rela) *list, size_t bytes, const ElfW(Sym) *symbols, const char *names)
{
	long page = 4096;
	for (size_t i = 0; i < bytes / sizeof *list && way.count < SLOTS_MAX; i++) {
		const char *name = names + symbols[ELF64_R_SYM(list[i].r_info)].st_name;
		if (strcmp(name, "open") != 0 && strcmp(name, "open64") != 0)
			continue;
		void **slot = (void **)(map->l_addr + list[i].r_offset);
		uintptr_t start = (uintptr_t)slot & ~(uintptr_t)(page - 1);
		if (mprotect((void *)start, (size_t)page, PROT_READ | PROT_WRITE) != 0)
			continue;
		*(void **)&way.open = *slot;
		open_function *ours = open_first;
		*slot = *(void **)&ours;
		way.slots[way.count++] = slot;
	}
}

void hint_prepare(void *library)
{
	struct link_map *map;
	const ElfW(Sym) *symbols = NULL;
	const ElfW(Rela) *calls = NULL;
	const char *names = NULL;
	size_t bytes = 0;

	*(void **)&way.execute = dlsym(library, "pypy_execute_source_ptr");
	if (!way.execute || dlinfo(library, RTLD_DI_LINKMAP, &map) != 0)
		return;
	for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_SYMTAB)
			symbols = (const void *)entry->d_un.d_ptr;
		if (entry->d_tag == DT_STRTAB)
			names = (const void *)entry->d_un.d_ptr;
		if (entry->d_tag == DT_JMPREL)
			calls = (const void *)entry->d_un.d_ptr;
		if (entry->d_tag == DT_PLTRELSZ)
			bytes = entry->d_un.d_val;
	}
	if (!symbols || !names || !calls)
		return;
	void *note = mmap((void *)HINT_ADDRESS, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (note != (void *)HINT_ADDRESS)
		return;
	lead_here(map, calls, bytes, symbols, names);
}
