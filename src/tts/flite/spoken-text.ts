// One written word in, what the synthesiser must read instead out: only for what it would otherwise mis-speak.

const monthNames = 'January February March April May June July August September October November December'.split(' ');

const shortForms: Readonly<Record<string, string>> = {
  Apt: 'Apartment',
  Ave: 'Avenue',
  Blvd: 'Boulevard',
  Hwy: 'Highway',
  Ln: 'Lane',
  Mt: 'Mount',
  Rd: 'Road',
  Ste: 'Suite',
  appt: 'appointment',
  approx: 'approximately',
  ext: 'extension',
  hrs: 'hours',
  lbs: 'pounds',
  vs: 'versus',
};

/** An address on the web or a mailbox, as far as one can tell without asking the network. */
const address = /^(https?:\/\/|www\.)|\S@\S|[a-z0-9-]{2,}\.(com|org|net|edu|gov|io|co|us|info)\b/i;

/** What to read for a word without white space; empty for one that makes no sound, a lone comma for a pause. */
export function toSpoken(word: string): string {
  return toAscii(expand(toPlain(word)))
    .replace(/\s+/g, ' ')
    .trim();
}

/** Letters without accents, straight quotes and hyphens, no mark-up. */
function toPlain(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’ʼ]/g, "'")
    .replace(/[‐‑−]/g, '-')
    .replace(/⁄/g, '/')
    .replace(/°/g, ' degrees ')
    .replace(/^[—–-]+$|—/g, ', ')
    .replace(/(?<=\d|[ap]\.?m\.?)–(?=\$?\d)/gi, ' to ')
    .replace(/–/g, '-')
    .replace(/[*`~|<>^\\{}[\]"]/g, '')
    .replace(/_/g, address.test(word) ? ' underscore ' : ' ');
}

function expand(word: string): string {
  if (address.test(word))
    return word
      .replace(/^https?:\/\//i, '')
      .replace(/\/(?=\W*$)/, '')
      .replace(/\.(?=\w)/g, ' dot ');
  return word
    .replace(/^(\w+)(?=\.?[,;:)]*$)/, (short) => shortForms[short] ?? short)
    .replace(/\b(\d{4})-(\d{2})-(\d{2})\b/, (whole, year, month, day) => toDate(whole, year, month, day))
    .replace(/\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/, (whole, month, day, year) => toDate(whole, year, month, day))
    .replace(/(?<=\d(?:[ap]\.?m\.?)?)-(?=\d{1,2}(?::\d\d)?[ap]\.?m)/i, ' to ')
    .replace(/(\$[\d.,]*\d)-\$?(?=\d)/, '$1 to $')
    .replace(/([€£])(\d[\d.,]*\d|\d)/, (_whole, sign, amount) => `${amount} ${sign === '€' ? 'euros' : 'pounds'}`)
    .replace(/(?<=^\W*\$[\d.,]+)\/(?=\p{L})/u, ' per ')
    .replace(/^(\W*)(\d{3})(\d{3})(\d{4})(?=\W*$)/, '$1$2-$3-$4')
    .replace(/\b\d{7,}\b/, (digits) => [...digits].join(' '));
}

function toDate(whole: string, year: string, month: string, day: string): string {
  const name = monthNames[Number(month) - 1];
  return name === undefined || Number(day) > 31 ? whole : `${name} ${Number(day)}, ${year}`;
}

function toAscii(word: string): string {
  return word.replace(/[^\x20-\x7e]/g, ' ');
}
