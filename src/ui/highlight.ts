/** Syntax colours of the lines on the screen: a line at a time, after the lines themselves, within limits of time. */
import type { Clock } from './clock.ts';
import type { Tokenize } from './grammar.ts';
import { type Language, languageOf } from './language.ts';
import type { StyledSpan } from './row.ts';
import { styled } from './syntax-style.ts';
import { createWatch, type Watch } from './watch.ts';

/** The colours of one line of a file, in order; none where they are not there (yet). */
export type Syntax = (line: string) => readonly StyledSpan[];

export interface Highlighter {
	/** undefined where the language is not known. What is returned is to be used for one file. */
	syntaxOf(path: string): Syntax | undefined;
	/** A frame is on the screen: now there is time for the colours that it lacks. */
	drawn(): void;
	stop(): void;
}

/** Longer lines stay plain, UTF-16 units. */
const longest = 2000;
/** All colouring for one frame takes no more than this and one line; the rest comes with the next frame, milliseconds. */
const frameMs = 10;
/**
 * highlight.js takes 0.1 ms for an honest line, and 95 ms for the worst of 2,000 characters that was found
 * (`[a](` again and again in Markdown). A line is stopped after `stopMs`; a file whose lines take more than `lineMs`
 * each, apart from a first `graceMs`, stays plain from there on. Milliseconds.
 */
const stopMs = 50;
const lineMs = 5;
const graceMs = 100;
/** Lines whose colours are kept. */
const kept = 4000;

const none: readonly StyledSpan[] = [];

type Grammar = { readonly createTokenize: (language: Language) => Tokenize };

/** `onMore` is called when there are more colours than in the last frame. */
export function createHighlighter(clock: Clock, onMore: () => void): Highlighter {
	const known = new Map<string, readonly StyledSpan[]>();
	const tokenizers = new Map<Language, Tokenize>();
	let grammar: Grammar | undefined;
	let watch: Watch | undefined;
	let state: 'idle' | 'wanted' | 'loading' | 'stopped' = 'idle';
	let spent = 0;
	let owing = false;
	let cancel = () => {};

	return {
		syntaxOf(path) {
			const language = languageOf(path);
			if (language === undefined) return undefined;
			const file = { ms: 0, lines: 0 };
			return (line) => {
				if (line === '' || line.length > longest) return none;
				const key = `${language} ${line}`;
				const before = known.get(key);
				if (before !== undefined) return before;
				if (grammar === undefined) {
					if (state === 'idle') state = 'wanted';
					return none;
				}
				if (file.ms > graceMs + lineMs * file.lines) return none;
				if (spent >= frameMs) {
					owing = true;
					return none;
				}
				const tokenize = tokenizerOf(language, grammar);
				const started = clock.now();
				const spans = spansOf(line, language, tokenize);
				const took = clock.now() - started;
				spent += took;
				file.ms += took;
				file.lines += 1;
				// A line that was stopped may have been unlucky on a busy machine: it may try again while its file may.
				if (spans !== undefined) keep(key, spans);
				return spans ?? none;
			};
		},
		drawn() {
			spent = 0;
			if (state === 'wanted') load();
			if (!owing) return;
			owing = false;
			cancel();
			cancel = clock.after(0, onMore);
		},
		stop() {
			state = 'stopped';
			cancel();
		},
	};

	function load(): void {
		state = 'loading';
		import('./grammar.ts').then(
			(loaded) => {
				if (state === 'stopped') return;
				grammar = loaded;
				onMore();
			},
			// The file is missing or broken: the review goes on without colours.
			() => {},
		);
	}

	function tokenizerOf(language: Language, { createTokenize }: Grammar): Tokenize {
		const tokenize = tokenizers.get(language) ?? createTokenize(language);
		tokenizers.set(language, tokenize);
		return tokenize;
	}

	/** undefined: it was stopped. */
	function spansOf(line: string, language: Language, tokenize: Tokenize): readonly StyledSpan[] | undefined {
		watch ??= createWatch();
		let spans = none;
		const done = watch(() => {
			spans = styled(tokenize(line));
		}, stopMs);
		// A grammar that was stopped in the middle of a line may be in any state.
		if (!done) tokenizers.delete(language);
		return done ? spans : undefined;
	}

	function keep(key: string, spans: readonly StyledSpan[]): void {
		known.set(key, spans);
		for (const oldest of known.keys()) {
			if (known.size <= kept) break;
			known.delete(oldest);
		}
	}
}
