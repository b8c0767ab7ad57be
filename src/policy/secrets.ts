/**
 * Finds keys and tokens in text by the forms that their makers gave them so that they can be found: prefixes, lengths, headers. For rules with
 * `holds: secrets`, and for what the record leaves out. What has no form (a password) is not found; a placeholder (`AKIA…EXAMPLE`, `xxxx`) is none.
 *
 * Forms: the makers' own pages on secret scanning, as collected by GitHub ("Supported secret scanning patterns") and gitleaks.
 */

type Form = { readonly what: string; readonly form: RegExp };

const forms: readonly Form[] = [
	{
		what: 'a private key',
		form: /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----[\s\\nr]{1,8}[A-Za-z0-9+/=:]/,
	},
	{ what: 'a PuTTY private key', form: /PuTTY-User-Key-File-\d: / },
	{ what: 'an age key', form: /AGE-SECRET-KEY-1[0-9A-Z]{58}/ },
	{ what: 'an AWS access key', form: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/ },
	{ what: 'an AWS secret key', form: /aws_?secret_?access_?key["'\s:=]{1,5}[A-Za-z0-9/+]{40}\b/i },
	{ what: 'a GitHub token', form: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})/ },
	{ what: 'a GitLab token', form: /\bgl(?:pat|ptt|dt|rt|soat|cbt|ft)-[A-Za-z0-9_-]{20}/ },
	{
		what: 'a Slack token',
		form: /\bxox[abeoprs]-[A-Za-z0-9-]{10}|hooks\.slack\.com\/services\/T\w{8,20}\/B\w{8,20}\/\w{20}/,
	},
	{ what: 'a Google API key', form: /\bAIza[A-Za-z0-9_-]{35}\b/ },
	{ what: 'a Google OAuth secret', form: /\bGOCSPX-[A-Za-z0-9_-]{28}\b/ },
	{ what: 'a Stripe key', form: /\b[sr]k_live_[A-Za-z0-9]{20}/ },
	{ what: 'an OpenAI key', form: /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20}/ },
	{ what: 'an Anthropic key', form: /\bsk-ant-(?:api|admin)\d\d-[A-Za-z0-9_-]{80}/ },
	{ what: 'a Hugging Face token', form: /\bhf_[A-Za-z]{34}\b/ },
	{ what: 'an npm token', form: /\bnpm_[A-Za-z0-9]{36}\b/ },
	{ what: 'a PyPI token', form: /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50}/ },
	{ what: 'a SendGrid key', form: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/ },
	{ what: 'a Twilio key', form: /\bSK[0-9a-f]{32}\b/ },
	{ what: 'a DigitalOcean token', form: /\bdo[por]_v1_[0-9a-f]{64}\b/ },
	{ what: 'a Shopify token', form: /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b/ },
	{ what: 'a Telegram bot token', form: /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/ },
	{ what: 'a Vault token', form: /\bhv[sb]\.[A-Za-z0-9_-]{90}/ },
	{ what: 'a signed web token', form: /\beyJ[A-Za-z0-9_-]{10,400}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{20}/ },
	{
		what: 'a password in an address',
		form: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/]{1,64}:[^\s:@/$<{*]{3,64}@[a-z0-9]/i,
	},
];

/** What may be the beginning of a key, or an older form of one. Enough not to keep it, and not enough to deny a file. */
const likely: readonly RegExp[] = [
	/-----BEGIN [A-Z ]{0,60}PRIVATE KEY/,
	/\bsk-[\w-]{32}/,
	/:\/\/[^\s:@/]{1,64}:[^\s@/]{3,64}@/,
];

/** Text is looked at so far; a larger file is more than a person would write a key into. Characters. */
const mostText = 4 * 1024 * 1024;

/** What is in the text, each kind once; empty where nothing was found. Linear in its length. */
export function findSecrets(text: string): readonly string[] {
	const looked = text.length > mostText ? text.slice(0, mostText) : text;
	return forms.filter(({ form }) => holds(looked, form)).map(({ what }) => what);
}

/** Whether the text is better not kept: what findSecrets finds, placeholders too, and what is likely to be a key. */
export function mayHoldSecrets(text: string): boolean {
	return likely.some((form) => form.test(text)) || forms.some(({ form }) => form.test(text));
}

function holds(text: string, form: RegExp): boolean {
	const all = new RegExp(form, form.flags.includes('i') ? 'gi' : 'g');
	for (const [found] of text.matchAll(all)) if (!/EXAMPLE|x{8}|X{8}|0{12}|\*{4}|\.{4}/.test(found)) return true;
	return false;
}
