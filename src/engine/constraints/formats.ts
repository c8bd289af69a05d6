// What the formats of strings mean here, as patterns: dates that exist, times as they are said in a call.

const LONG_MONTHS_PATTERN = '(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])';
const SHORT_MONTHS_PATTERN = '(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)';
const FEBRUARY_PATTERN = '02-(?:0[1-9]|1\\d|2[0-8])';
/** Gregorian: two digits that 4 divides, but for whole centuries that 400 does not divide. */
const BY_4_PATTERN = '(?:[02468][048]|[13579][26])';
const BY_4_AND_NOT_0_PATTERN = '(?:0[48]|[2468][048]|[13579][26])';
const DATE_PATTERN = `(?:\\d{4}-(?:${LONG_MONTHS_PATTERN}|${SHORT_MONTHS_PATTERN}|${FEBRUARY_PATTERN})|(?:\\d\\d${BY_4_AND_NOT_0_PATTERN}|${BY_4_PATTERN}00)-02-29)`;
const TIME_PATTERN = '(?:[01]\\d|2[0-3]):[0-5]\\d';

const HEX_PATTERN = '[0-9a-f]';
const LABEL_PATTERN = '[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?';
const HOST_PATTERN = `${LABEL_PATTERN}(?:\\.${LABEL_PATTERN})+`;
const WORD_PATTERN = "[a-zA-Z\\d_'+-]+";
const BYTE_PATTERN = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';

/** `time` has no seconds and no zone, as nobody says them in a call; `date-time` has both, and the zone is UTC. */
export const formatPatterns: ReadonlyMap<string, string> = new Map([
  ['date', `^${DATE_PATTERN}$`],
  ['time', `^${TIME_PATTERN}$`],
  ['date-time', `^${DATE_PATTERN}T${TIME_PATTERN}:[0-5]\\dZ$`],
  [
    'duration',
    '^P(?:\\d+W|(?:\\d+Y)?(?:\\d+M)?\\d+D|\\d+[YM]|(?:\\d+D)?T(?:\\d+H|(?:\\d+H)?\\d+M|(?:\\d+H)?(?:\\d+M)?\\d+S))$',
  ],
  ['email', `^${WORD_PATTERN}(?:\\.${WORD_PATTERN})*@(?:${LABEL_PATTERN}\\.)+[a-z]{2,}$`],
  ['hostname', `^${HOST_PATTERN}$`],
  ['ipv4', `^${BYTE_PATTERN}(?:\\.${BYTE_PATTERN}){3}$`],
  ['uri', `^https?://${HOST_PATTERN}(?::\\d{2,5})?(?:/[a-zA-Z\\d._~%&=?#+-]*)*$`],
  ['uuid', `^${HEX_PATTERN}{8}-${HEX_PATTERN}{4}-[1-8]${HEX_PATTERN}{3}-[89ab]${HEX_PATTERN}{3}-${HEX_PATTERN}{12}$`],
]);
