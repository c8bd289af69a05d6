// What the formats of strings mean here, as patterns: dates that exist, times as they are said in a call.

const longMonths = '(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])';
const shortMonths = '(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)';
const february = '02-(?:0[1-9]|1\\d|2[0-8])';
/** Gregorian: two digits that 4 divides, but for whole centuries that 400 does not divide. */
const by4 = '(?:[02468][048]|[13579][26])';
const by4AndNot0 = '(?:0[48]|[2468][048]|[13579][26])';
const date = `(?:\\d{4}-(?:${longMonths}|${shortMonths}|${february})|(?:\\d\\d${by4AndNot0}|${by4}00)-02-29)`;
const time = '(?:[01]\\d|2[0-3]):[0-5]\\d';

const hex = '[0-9a-f]';
const label = '[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?';
const host = `${label}(?:\\.${label})+`;
const word = "[a-zA-Z\\d_'+-]+";
const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';

/** `time` has no seconds and no zone, as nobody says them in a call; `date-time` has both, and the zone is UTC. */
export const formatPatterns: ReadonlyMap<string, string> = new Map([
  ['date', `^${date}$`],
  ['time', `^${time}$`],
  ['date-time', `^${date}T${time}:[0-5]\\dZ$`],
  [
    'duration',
    '^P(?:\\d+W|(?:\\d+Y)?(?:\\d+M)?\\d+D|\\d+[YM]|(?:\\d+D)?T(?:\\d+H|(?:\\d+H)?\\d+M|(?:\\d+H)?(?:\\d+M)?\\d+S))$',
  ],
  ['email', `^${word}(?:\\.${word})*@(?:${label}\\.)+[a-z]{2,}$`],
  ['hostname', `^${host}$`],
  ['ipv4', `^${byte}(?:\\.${byte}){3}$`],
  ['uri', `^https?://${host}(?::\\d{2,5})?(?:/[a-zA-Z\\d._~%&=?#+-]*)*$`],
  ['uuid', `^${hex}{8}-${hex}{4}-[1-8]${hex}{3}-[89ab]${hex}{3}-${hex}{12}$`],
]);
