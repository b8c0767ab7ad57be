/** Any text at all, for properties that must hold for it. */
import fc from 'fast-check';

/** Any text at all, lone surrogates too, with far more trouble in it than chance would bring. */
export const anyText = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc
		.array(
			fc.oneof(
				fc.constantFrom(
					...[
						'\x1b',
						'\x07',
						'\r',
						'\n',
						'\t',
						'\b',
						'\x7f',
						'\u009b',
						'\u202e',
						'\u2066',
						'\u200b',
						'\u200d',
						'\ufe0f',
					],
					...['\u0301', '\u061c', '\ufeff', '\u00ad', '\u3164', '\u2800', '\udce9', '\ud83d', '\u{e0041}', '\u{f0000}'],
					...['\x1b]52;c;eA==\x07', '\x1b[8m', '‹', '›', 'U+202E›', '\\x80›', '<', '>', '\\t', '\u241b', '\u2420'],
					...[
						'🐍',
						'👩‍👩‍👧',
						'文',
						'é',
						'e\u0301',
						' ',
						'a',
						'🇩🇪',
						'한',
						'\u1112\u1161\u11ab',
						'\u0600',
						'#\ufe0f\u20e3',
					],
				),
				fc.string(),
			),
		)
		.map((parts) => parts.join('')),
);
