/** Names of hosts, as the machine itself would find them: its files, its name servers. getaddrinfo(3), resolv.conf(5) */
import { networkInterfaces } from 'node:os';
import { readText } from './guest-processes.ts';

/** Every address of a name. Never rejects. `exists` is false where there is no such name. */
export async function lookUpHost(
	name: string,
): Promise<{ kind: 'found'; addresses: string[] } | { kind: 'failed'; exists?: false }> {
	// Loaded when it is needed: node's network takes 3 ms in each thread.
	const { lookup } = await import('node:dns');
	return new Promise((resolve) => {
		lookup(name, { all: true }, (error, found) => {
			if (error === null) resolve({ kind: 'found', addresses: found.map(({ address }) => address) });
			else resolve(error.code === 'ENOTFOUND' ? { kind: 'failed', exists: false } : { kind: 'failed' });
		});
	});
}

/** Where a resolver asks, and which domains it adds to a name: resolv.conf(5). */
export function resolverSettings(): { readonly servers: readonly string[]; readonly search: readonly string[] } {
	const servers: string[] = [];
	let search: string[] = [];
	for (const line of (readText('/etc/resolv.conf') ?? '').split('\n')) {
		const [key, ...values] = line.trim().split(/\s+/);
		if (key === 'nameserver' && isAddress(values[0] ?? '')) servers.push(values[0] ?? '');
		if (key === 'search' || key === 'domain') search = values.map((value) => value.toLowerCase().replace(/\.$/, ''));
	}
	// Where no server is named, or the guest cannot read the file, a resolver asks the machine itself.
	return { servers: [...servers, '127.0.0.1'], search: search.filter((domain) => domain !== '') };
}

/** The addresses of this machine. */
export function machineAddresses(): readonly string[] {
	return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}

/** What the machine's own table of hosts says: addresses and their names, in lower case. hosts(5) */
export function hostsTable(): readonly { readonly address: string; readonly names: readonly string[] }[] {
	return (readText('/etc/hosts') ?? '').split('\n').flatMap((line) => {
		const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
		return !isAddress(address) ? [] : [{ address, names }];
	});
}

/** Whether a word of those files is an address and not a name. */
function isAddress(word: string): boolean {
	return /^\d{1,3}(\.\d{1,3}){3}$/.test(word) || /^[\da-f:]*:[\da-f:.]*(%\S+)?$/i.test(word);
}
