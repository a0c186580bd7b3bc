/** The text in place of a secret. */
export const REDACTED = '[redacted]';

/** Names of fields in lower case without their punctuation. */
const secretName =
  /authorization|authheader|passw(?:or[dt]|d)|passphrase|passcode|secret|cookie|credential|assertion|signature|apikey|bearer|connectionstring|codeverifier|csrf|xsrf|(?:user|db)pass|keymaterial|(?:private|signing|encryption)key|(?:access|account|functions|master|priv|session|shared|ssh|storage|subscription)keys?$|privatepem|pwd$|^(?:auth|pem|pass|sig|otp|sas)$/;
/** Numbers and booleans under such a name are counts and flags: `maxTokens: 512`. */
const tokenName = /(?:token|jwt)s?(?:value|hash|hint|old|new|current|previous|\d{1,4})?$/;

/** @example isSecret('Client-Secret', 'a1b2') // true */
export function isSecret(name: string, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  const bare = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (secretName.test(bare)) return true;
  return tokenName.test(bare) && typeof value !== 'number' && typeof value !== 'boolean';
}

// Every quantifier is bounded or starts at a boundary, because the text may be the text of a stranger.
const password = 'passw(?:ord|d)|passphrase|passcode|pwd';
const key = '(?:api|access|account|encryption|master|private|session|shared|signing|subscription)[_-]?key';
const any = `authorization|token|jwt|secret|${password}|${key}|assertion|signature|credentials?|cookie`;
const name = `(?:[\\w-]{0,40}(?:${any})|code_?verifier|sig)`;
const start = '(?<![\\w-])';
/** The opening quote of a text. In JSON within JSON, backslashes stand before it. */
const quote = `(\\\\{0,8}["'])`;
const untilQuote = (group: number) => `[\\s\\S]*?(?:(?<!\\\\)\\${group}|$)`;
const scheme = '(?:(?:Basic|Bearer|DPoP|Digest|Token)\\s{1,4})?';

/** Forms that show a secret without its name. */
const bareForms: readonly (readonly [RegExp, string])[] = [
  [
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
    REDACTED,
  ],
  // A JSON Web Token, or a JSON object in base64.
  [/(?<![\w-])eyJ(?:[\w-]{8,}(?:\.[\w-]*){1,4}|[\w+/-]{16,}={0,2})/g, REDACTED],
  [/\b(Bearer|Basic|DPoP)\s{1,4}[\w.~+/=-]{16,}/gi, `$1 ${REDACTED}`],
  // The user and the password of a URL. A port is no password, and a password may have / and @.
  [/(:\/\/)(?:[^\s/?#"'<>]{1,512}@|[^\s/@:?#]{0,128}:(?!\d{1,5}(?:[/?#]|$))[^\s@"'<>]{1,512}@)/g, `$1${REDACTED}@`],
  // GitHub, GitLab, npm, Slack, Stripe, Google, and the providers of models.
  [
    /(?<![\w-])(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_\w{30,}|xox[abeoprs]-[\w-]{8,}|[rs]k_(?:live|test)_\w{8,}|AIza[\w-]{30,}|sk-[\w-]{16,})/g,
    REDACTED,
  ],
  [/([?&]key=)[^&\s"'#]+/gi, `$1${REDACTED}`],
  // The private members of a JSON Web Key.
  [/("(?:d|k|p|q|dp|dq|qi)"\s{0,4}:\s{0,4}")[\w-]{16,}/g, `$1${REDACTED}`],
];

/** Forms of a name with its secret. */
const namedForms: readonly (readonly [RegExp, string])[] = [
  // Header lines. Their value ends with the line.
  [
    new RegExp(
      `${start}((?:proxy-)?authorization\\s{0,4}:(?!\\s{0,4}(?:\\w{1,20}\\s{1,4})?\\[redacted)\\s{0,4}${scheme})[^\\s"'][^\\r\\n"']*`,
      'gi',
    ),
    `$1${REDACTED}`,
  ],
  [new RegExp(`${start}((?:set-)?cookie\\s{0,4}:\\s{0,4})[^\\s"'][^\\r\\n"']*`, 'gi'), `$1${REDACTED}`],
  // Members of JSON, also of JSON within a JSON text, and of what other languages print.
  [new RegExp(`${quote}(${name})\\1(\\s{0,4}:\\s{0,4})${quote}${untilQuote(4)}`, 'gi'), `$1$2$1$3$4${REDACTED}$4`],
  [
    new RegExp(`(${quote}${name}\\2\\s{0,4}:\\s{0,4})(?:\\[[^\\]]*\\]?|\\{[^}]*\\}?|-?\\d[\\d.e+-]*)`, 'gi'),
    `$1${REDACTED}`,
  ],
  [new RegExp(`${start}(${name}\\s{0,4}[:=]\\s{0,4})${quote}${untilQuote(2)}`, 'gi'), `$1$2${REDACTED}$2`],
  [new RegExp(`${start}(${name}\\s{0,2}=\\s{0,2})[^&\\s"'#]+`, 'gi'), `$1${REDACTED}`],
  // After a colon, "token" and "secret" are often words of a sentence: "Unexpected token: <".
  [
    new RegExp(
      `${start}([\\w-]{0,40}(?:${password}|${key}|[\\w-]{1,40}[_-](?:token|secret))\\s{0,4}:\\s{0,4})(?!\\[redacted)[^\\s"'{[]+`,
      'gi',
    ),
    `$1${REDACTED}`,
  ],
  // A URL within the query of a URL.
  [new RegExp(`${start}(${name}%(?:25)?3D)(?:(?!%(?:25)?26)[^&\\s"'#])+`, 'gi'), `$1${REDACTED}`],
  [new RegExp(`(<${name}>)[^<]+`, 'gi'), `$1${REDACTED}`],
  [new RegExp(`${start}(--${name}\\s{1,4})(?!-)\\S+`, 'gi'), `$1${REDACTED}`],
];
/** Most texts have none of these words and need no search for the forms of a name. */
const mayName = new RegExp(`${any}|verifier|sig`, 'i');

/** The text without the secrets that have a known form. */
export function withoutSecrets(text: string): string {
  let safe = text;
  for (const [pattern, replacement] of bareForms) safe = safe.replace(pattern, replacement);
  if (!mayName.test(safe)) return safe;
  for (const [pattern, replacement] of namedForms) safe = safe.replace(pattern, replacement);
  return safe;
}
