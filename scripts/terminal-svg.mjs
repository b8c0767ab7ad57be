/** A terminal's screen, as `tmux capture-pane -e -p` gives it, to an SVG that looks the same with whatever monospace font. */
import stringWidth from 'string-width';

const introducer = '\u001b';
const codes = new RegExp(`(${introducer}\\[[\\d;]*m)`);

const cell = { width: 8.4, height: 18 };
const pad = 14;
const bar = 30;
const background = '#1b1e25';
const plain = '#d7dae0';
const palette = [
	...['#1b1e25', '#e5736f', '#8cc57c', '#e0b15e', '#6ea8e5', '#c792d6', '#5fbdc4', '#d7dae0'],
	...['#7f8694', '#f08b87', '#a5d897', '#eec77e', '#8cbdf0', '#d9abe6', '#7fd3d9', '#ffffff'],
];

/** `title` stands in the window's bar. */
export function pictureOf(screen, look) {
	return inWindow(
		drawRows(screen, look.rows).flatMap((row, at) => (row === '' ? [] : [placed(row, at)])),
		look,
	);
}

/**
 * Screens one after the other, each for its `seconds`, without an end. A row that several of them have is there once. Where nothing may
 * move, and in a program that knows no animation, it is the screen that is `still`.
 */
export function recordingOf(frames, look) {
	const known = new Map();
	const total = round(frames.reduce((sum, { seconds }) => sum + seconds, 0));
	const styles = ['.f{visibility:hidden}', '.still{visibility:visible}'];
	let began = 0;
	const shown = frames.map(({ screen, seconds, still }, index) => {
		const [from, to] = [began, began + seconds].map((at) => round((100 * at) / total));
		began += seconds;
		const before = index === 0 ? '' : '0%{visibility:hidden}';
		const after = index === frames.length - 1 ? '' : `${to}%{visibility:hidden}`;
		styles.push(`@keyframes f${index}{${before}${from}%{visibility:visible}${after}}`);
		styles.push(`.f${index}{animation:f${index} ${total}s step-end infinite}`);
		const rows = drawRows(screen, look.rows).flatMap((row, at) => {
			if (row === '') return [];
			if (!known.has(row)) known.set(row, `r${known.size}`);
			return [`<use href="#${known.get(row)}" y="${at * cell.height}"/>`];
		});
		return `<g class="f f${index}${still ? ' still' : ''}">${rows.join('')}</g>`;
	});
	styles.push('@media (prefers-reduced-motion:reduce){.f{animation:none}}');
	const rows = [...known].map(([row, id]) => `<g id="${id}">${row}</g>`);
	return inWindow([`<style>${styles.join('')}</style>`, `<defs>${rows.join('\n')}</defs>`, ...shown], look);
}

/** Each row of a screen as if it were the first one. */
function drawRows(screen, rows) {
	const lines = screen.split('\n').slice(0, rows);
	let style = fresh();
	return lines.map((line) => {
		const { runs, after } = runsOf(line, style);
		style = after;
		return runs.map(drawRun).join('');
	});
}

function placed(row, at) {
	return `<g transform="translate(0 ${at * cell.height})">${row}</g>`;
}

function inWindow(body, { columns, rows, title }) {
	const width = round(columns * cell.width + 2 * pad);
	const height = rows * cell.height + bar + 2 * pad;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
		`<title>${escaped(title)}</title>`,
		`<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
		...['#e5736f', '#e0b15e', '#8cc57c'].map(
			(fill, at) => `<circle cx="${18 + at * 18}" cy="17" r="5.5" fill="${fill}"/>`,
		),
		'<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,\'DejaVu Sans Mono\',monospace" font-size="14" xml:space="preserve">',
		`<text x="${width / 2}" y="22" fill="#7f8694" text-anchor="middle">${escaped(title)}</text>`,
		...body,
		'</g>',
		'</svg>',
		'',
	].join('\n');
}

/** Stretches of one line with one style each, and the style that the next line begins with. */
function runsOf(line, before) {
	const runs = [];
	let style = before;
	let column = 0;
	for (const part of line.split(codes)) {
		if (part.startsWith(introducer)) {
			style = withCodes(style, part.slice(2, -1).split(';').map(Number));
			continue;
		}
		const cells = stringWidth(part);
		if (cells > 0) runs.push({ text: part, column, cells, style });
		column += cells;
	}
	return { runs, after: style };
}

function drawRun({ text, column, cells, style }) {
	const x = pad + column * cell.width;
	const top = bar + pad;
	const [fill, behind] = style.inverse
		? [style.behind ?? background, style.fill ?? plain]
		: [style.fill ?? plain, style.behind];
	const box =
		behind === undefined
			? ''
			: `<rect x="${round(x)}" y="${top}" width="${round(cells * cell.width)}" height="${cell.height}" fill="${behind}"/>`;
	if (text.trim() === '') return box;
	const lead = text.length - text.trimStart().length;
	const shown = text.trim();
	const start = round(x + lead * cell.width);
	const span = round(stringWidth(shown) * cell.width);
	const weight = style.bold ? ' font-weight="bold"' : '';
	const opacity = style.dim ? ' opacity="0.6"' : '';
	return `${box}<text x="${start}" y="${top + 13}" textLength="${span}" lengthAdjust="spacingAndGlyphs" fill="${fill}"${weight}${opacity}>${escaped(shown)}</text>`;
}

function fresh() {
	return { bold: false, dim: false, inverse: false, fill: undefined, behind: undefined };
}

/** SGR, as tmux writes it: the 16 colours, bold, dim, inverse. */
function withCodes(before, codes) {
	let style = { ...before };
	for (const code of codes) {
		if (code === 0) style = fresh();
		else if (code === 1) style.bold = true;
		else if (code === 2) style.dim = true;
		else if (code === 22) Object.assign(style, { bold: false, dim: false });
		else if (code === 7) style.inverse = true;
		else if (code === 27) style.inverse = false;
		else if (code === 39) style.fill = undefined;
		else if (code === 49) style.behind = undefined;
		else if (code >= 30 && code <= 37) style.fill = palette[code - 30];
		else if (code >= 40 && code <= 47) style.behind = palette[code - 40];
		else if (code >= 90 && code <= 97) style.fill = palette[code - 82];
		else if (code >= 100 && code <= 107) style.behind = palette[code - 92];
		else if (code !== 4 && code !== 24) throw new Error(`the picture cannot show the escape code ${code}`);
	}
	return style;
}

function escaped(text) {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(number) {
	return Math.round(number * 10) / 10;
}
