/** When a rule holds: `09:00-17:30`, `mon-fri 09:00-17:30`, `sat,sun 00:00-24:00`. Local time; a span may go over midnight. */

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

type Hours = {
	/** Of the week, 0 is Sunday: those on which the span begins. */
	readonly days: ReadonlySet<number>;
	/** Minutes of the day. */
	readonly from: number;
	readonly to: number;
};

/** What is wrong with it, or undefined. */
export function hoursProblem(text: string): string | undefined {
	if (parseHours(text) !== undefined) return undefined;
	return `"${text}" is no span of hours; write "09:00-17:30" or "mon-fri 09:00-17:30"`;
}

/** Whether the moment is in the span. A text that is none never is. */
export function isWithin(text: string, moment: Date): boolean {
	const hours = parseHours(text);
	if (hours === undefined) return false;
	const minute = moment.getHours() * 60 + moment.getMinutes();
	const today = moment.getDay();
	const { from, to } = hours;
	if (from < to) return hours.days.has(today) && minute >= from && minute < to;
	// Over midnight: the later part belongs to the day before.
	return (hours.days.has(today) && minute >= from) || (hours.days.has((today + 6) % 7) && minute < to);
}

function parseHours(text: string): Hours | undefined {
	const match = /^(?:([a-z,-]+) )?(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text);
	if (match === null) return undefined;
	const [, names, ...numbers] = match;
	const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = numbers.map(Number);
	const from = h1 * 60 + m1;
	const to = h2 * 60 + m2;
	if (m1 > 59 || m2 > 59 || from >= 1440 || to > 1440 || from === to) return undefined;
	const on = names === undefined ? new Set([0, 1, 2, 3, 4, 5, 6]) : parseDays(names);
	return on === undefined ? undefined : { days: on, from, to };
}

function parseDays(text: string): ReadonlySet<number> | undefined {
	const found = new Set<number>();
	for (const part of text.split(',')) {
		const [first = '', last = first, more] = part.split('-');
		const [from, to] = [days.indexOf(first), days.indexOf(last)];
		if (from < 0 || to < 0 || more !== undefined) return undefined;
		for (let day = from; ; day = (day + 1) % 7) {
			found.add(day);
			if (day === to) break;
		}
	}
	return found;
}
