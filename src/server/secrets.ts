// A message in, the same without what may be a secret out: for the log, which is read by more people than hold the
// keys.

const COVER = '***';

const rules: readonly (readonly [RegExp, string])[] = [
  // user:password@host, with a scheme or without.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${COVER}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${COVER}`],
  // password=x, "apiKey": "x", token: x; whatever the name is part of.
  [
    /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|authorization|credential|signature|session|cookie)\w*["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|[^\s,;&"']+)/gi,
    `$1${COVER}`,
  ],
  [/-----BEGIN [^-]+-----[\s\S]*?(?:-----END [^-]+-----|$)/g, COVER],
  // Tokens as they are issued: eyJ….…, sk-…, ghp_…, AKIA…, and whatever else is long and random.
  [/\beyJ[\w-]+\.[\w-]+\.?[\w-]*/g, COVER],
  [/\b(?:sk|pk|rk|ghp|gho|xox[abp])[-_][\w-]{8,}/g, COVER],
  [/\bAKIA[A-Z0-9]{12,}/g, COVER],
  [/\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{32,}\b/gi, COVER],
];

const MAX_LENGTH = 500;

export function coverSecrets(text: string): string {
  const covered = rules.reduce((before, [pattern, by]) => before.replace(pattern, by), text.slice(0, 4 * MAX_LENGTH));
  return covered.replace(/\s+/g, ' ').slice(0, MAX_LENGTH);
}
