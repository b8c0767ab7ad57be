/** The grammars of highlight.js for the languages we know: loaded by `import()` when the first of them is needed. */
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import makefile from 'highlight.js/lib/languages/makefile';
import markdown from 'highlight.js/lib/languages/markdown';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import type { Span } from '../model/review.ts';
import type { Language } from './language.ts';

/** A part of a line and what it is, in the words of highlight.js: `keyword`, `title.function`. Inner parts come after outer ones. */
export type Token = Span & { readonly scope: string };

/** The tokens of one line, in the order of their starts. Takes as long as a hostile line wants it to: to be called under a watch. */
export type Tokenize = (line: string) => readonly Token[];

/** Compiles the grammar of a language: up to 25 ms, once. */
export function createTokenize(language: Language): Tokenize {
	const own = hljs.newInstance();
	own.configure({ __emitter: Tokens });
	own.registerLanguage(language, grammars[language]);
	// Other languages inside of one are not looked for, but for the commands of a Dockerfile.
	if (language === 'dockerfile') own.registerLanguage('bash', bash);
	const tokenize: Tokenize = (line) => {
		const { _emitter: tokens } = own.highlight(line, { language, ignoreIllegals: true });
		return tokens instanceof Tokens ? tokens.inOrder() : [];
	};
	tokenize('RUN');
	return tokenize;
}

const grammars: Readonly<Record<Language, typeof bash>> = {
	bash,
	c,
	cpp,
	css,
	diff,
	dockerfile,
	go,
	ini,
	javascript,
	json,
	makefile,
	markdown,
	python,
	rust,
	sql,
	typescript,
	xml,
	yaml,
};

type OpenToken = { readonly start: number; readonly scope: string; end: number };

/** Gets what highlight.js finds, without a detour through HTML. */
class Tokens {
	#at = 0;
	readonly #open: OpenToken[] = [];
	readonly #all: OpenToken[] = [];

	addText(text: string): void {
		this.#at += text.length;
	}

	startScope(scope: string): void {
		const token = { start: this.#at, end: this.#at, scope };
		this.#open.push(token);
		this.#all.push(token);
	}

	endScope(): void {
		const token = this.#open.pop();
		if (token !== undefined) token.end = this.#at;
	}

	// The core calls these two by other names than its types do.
	openNode(scope: string): void {
		this.startScope(scope);
	}

	closeNode(): void {
		this.endScope();
	}

	__addSublanguage(inner: unknown): void {
		if (!(inner instanceof Tokens)) return;
		for (const { start, end, scope } of inner.#all)
			this.#all.push({ start: start + this.#at, end: end + this.#at, scope });
		this.#at += inner.#at;
	}

	finalize(): void {
		for (const token of this.#open) token.end = this.#at;
	}

	toHTML(): string {
		return '';
	}

	inOrder(): readonly Token[] {
		return this.#all.filter(({ start, end }) => end > start);
	}
}
