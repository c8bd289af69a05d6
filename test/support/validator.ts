import { Ajv2020 } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addFormat('date', (text) => isoOf(`${text}T00:00:00Z`).startsWith(text));
ajv.addFormat('time', /^([01]\d|2[0-3]):[0-5]\d$/);
ajv.addFormat('date-time', (text) => isoOf(text) === text.replace(/Z$/, '.000Z'));

function isoOf(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? '-' : date.toISOString();
}

/** What was said in the call, where it matters. */
let dialogue: string | undefined;
ajv.addKeyword({
  keyword: 'x-copied',
  type: 'string',
  validate: (_: unknown, text: string) => dialogue === undefined || ` ${dialogue} `.includes(` ${text} `),
});

/** Undefined where `value` is what `schema` asks for; with `said`, words and spaces, what must be copied is found there. */
export function findError(
  schema: Readonly<Record<string, unknown>>,
  value: unknown,
  said?: string,
): string | undefined {
  dialogue = said;
  return ajv.validate(schema, value)
    ? undefined
    : `${ajv.errorsText()}: ${JSON.stringify(value)} ${JSON.stringify(schema)}`;
}
