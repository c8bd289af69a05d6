import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { copied } from '../../src/agent/copied.ts';
import { defineTool } from '../../src/agent/define-tool.ts';
import { toMessage } from '../../src/errors.ts';
import { buildTool, makeExecuteContext } from '../support/built-tool.ts';
import { countRuns } from '../support/count-runs.ts';
import { createRandomCalls } from '../support/random-call.ts';

const countCalls = countRuns(20);

const build = (type: z.ZodType) =>
  buildTool(
    defineTool({
      description: 'Find it',
      parameters: z.object({ value: type }),
      effect: 'read',
      execute: () => 'found',
    }),
    'find',
  );

/** Always the same numbers, 0 to 1. */
function createRandom(): () => number {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What came of calls that the model may write and zod would not take. */
async function findRefused(type: z.ZodType): Promise<string[]> {
  const tool = build(type);
  const draw = createRandomCalls(tool, createRandom());
  const refused: string[] = [];
  for (let count = 0; count < countCalls; count++) {
    const args = draw();
    const outcome = await tool.run(args, makeExecuteContext()).catch(toMessage);
    if (outcome !== 'found') refused.push(`${JSON.stringify(args)}: ${outcome}`);
  }
  return refused;
}

const address = z.object({ street: z.string(), number: z.int().min(1).max(99) });
const lowered = z.string().transform((text) => text.toLowerCase());
/** What TypeScript or the linter would not have as a literal. */
const madeOf = (source: string, flags: string) => new RegExp(source, flags);
const coded = z.codec(z.string(), z.number(), { decode: Number, encode: String });

const held: Readonly<Record<string, z.ZodType>> = {
  'a string': z.string(),
  'lengths of a string': z.string().min(3).max(6),
  'one length of a string': z.string().length(4),
  'a string that is not empty': z.string().nonempty(),
  'a regex': z.string().regex(/^[A-Z]{2}\d+$/),
  'a regex without ends': z.string().regex(/ab/),
  'one character of any kind': z.string().regex(/^.$/),
  'three characters of any kind, line feeds too': z.string().regex(/^.{3}$/s),
  'a class that leaves out': z.string().regex(/^[^x]{2}$/),
  'a class of what is no word': z.string().regex(/^\W{2}$/),
  'a regex of any case': z.string().regex(/^[a-z]{3}$/i),
  'a class that leaves out, in any case': z.string().regex(/^[^a-z]{3}$/i),
  'sets in a regex': z.string().regex(madeOf(String.raw`^[\p{L}--[a-z]]$`, 'v')),
  'a regex without flag u': z.string().regex(madeOf(String.raw`^\p{L}+$`, '')),
  'a look ahead': z.string().regex(/^(?=a)/),
  'letters of any script': z.string().regex(/^\p{L}+$/u),
  'a part at a place': z.string().includes('usd', { position: 2 }),
  'a beginning': z.string().startsWith('a.b'),
  'an end': z.string().endsWith('z$'),
  'lower case': z.string().lowercase(),
  'upper case': z.string().uppercase(),
  'a trimmed string': z.string().trim(),
  'a trimmed string of some length': z.string().trim().min(1).max(20),
  'a string that is trimmed last': z.string().min(3).trim(),
  'a regex that is changed after it': z
    .string()
    .regex(/^[A-Z]$/)
    .toLowerCase(),
  'a change of case': z.string().toUpperCase(),
  'a normalised string': z.string().normalize(),
  'a slug': z.string().slugify(),
  'a change of its own': z.string().overwrite((text) => `${text}!`),
  email: z.email(),
  guid: z.guid(),
  uuid: z.uuid(),
  'uuid 4': z.uuidv4(),
  'uuid 6': z.uuidv6(),
  'uuid 7': z.uuidv7(),
  nanoid: z.nanoid(),
  cuid: z.cuid(),
  cuid2: z.cuid2(),
  ulid: z.ulid(),
  xid: z.xid(),
  ksuid: z.ksuid(),
  ipv4: z.ipv4(),
  mac: z.mac(),
  cidrv4: z.cidrv4(),
  e164: z.e164(),
  hex: z.hex(),
  hash: z.hash('md5'),
  'a currency': z.currencyCode(),
  'a format of its own': z.stringFormat('short', /^a+$/),
  'an email of a string': z.string().email(),
  date: z.iso.date(),
  time: z.iso.time(),
  'time with seconds': z.iso.time({ precision: 0 }),
  'time without': z.iso.time({ precision: -1 }),
  'date-time': z.iso.datetime(),
  'local date-time': z.iso.datetime({ local: true }),
  'date-time with an offset': z.iso.datetime({ offset: true }),
  'date-time without seconds': z.iso.datetime({ precision: -1 }),
  number: z.number(),
  'bounds of a number': z.number().gte(3).lt(4),
  'a positive number': z.number().positive(),
  'a narrow number': z.number().gt(0).lt(0.001),
  'a finite number': z.number().finite().safe(),
  int: z.int(),
  'bounds of an integer': z.int().min(5).gt(2).lt(100),
  float32: z.float32(),
  float64: z.float64(),
  int32: z.int32(),
  uint32: z.uint32(),
  'a rounded number': z.number().overwrite(Math.round),
  'what becomes a string': z.coerce.string().min(3),
  'what becomes a number': z.coerce.number().max(9),
  'what becomes a boolean': z.coerce.boolean(),
  boolean: z.boolean(),
  null: z.null(),
  enum: z.enum(['a', 'b']),
  'an enum of numbers and words': z.enum({ one: 1, two: 'b' }),
  'an old enum': z.nativeEnum({ one: 1, two: 'b' }),
  'keys of an object': z.keyof(address),
  literal: z.literal('a'),
  literals: z.literal([1, 'a', null, true]),
  array: z.array(z.string()),
  'bounds of an array': z.array(z.int()).min(2).max(3),
  'one length of an array': z.array(z.boolean()).length(2),
  'an array that is not empty': z.array(z.enum(['a', 'b'])).nonempty(),
  'an array of optional texts': z.array(z.string().optional()),
  object: address,
  'a strict object': z.strictObject({ a: z.string() }),
  'a loose object': z.looseObject({ a: z.string() }),
  'an object with others': z.object({ a: z.string() }).catchall(z.number()),
  'an empty object': z.object({}),
  'a part of an object': address.partial(),
  'objects within lists': z.object({ lists: z.array(address).max(2) }),
  'fields with defaults': z.object({ a: z.string().default('x'), b: z.int().prefault(3), c: z.string().nullish() }),
  union: z.union([z.string(), z.number(), z.null()]),
  'a union of values': z.union([z.literal('a'), z.enum(['b', 'c'])]),
  'a union of an object alone': z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') })]),
  'an intersection of objects': z.intersection(z.strictObject({ a: z.string() }), z.object({ b: z.int() })),
  record: z.record(z.string(), z.int()),
  'a record whose keys are changed': z.record(z.string().toUpperCase(), z.int()),
  optional: z.string().min(2).optional(),
  'exactly optional': z.exactOptional(z.string()),
  nullable: z.string().min(2).nullable(),
  nullish: z.int().max(9).nullish(),
  default: z._default(z.int(), 3),
  prefault: z.prefault(z.int(), 3),
  nonoptional: z.nonoptional(z.string().optional()),
  readonly: z.readonly(z.array(z.string())),
  catch: z.catch(z.string().regex(/^a+$/), 'x'),
  brand: z.string().brand('x'),
  lazy: z.lazy(() => z.string().min(2)),
  promise: z.promise(z.string()),
  'a check that finds nothing': z.string().check(z.check(() => undefined)),
  'a refine that takes time': z.string().refine(async () => true),
  'a transform': z.string().transform(Number),
  'a transform that takes time': z.string().transform(async (text) => text),
  'a preprocess': z.preprocess((value) => value, z.int()),
  'a pipe into an enum': z.string().pipe(z.enum(['a', 'b'])),
  'a pipe of three': z
    .string()
    .pipe(z.string())
    .pipe(z.enum(['a'])),
  'a pipe into what says more': z.string().pipe(z.string().min(4)),
  'a pipe into what says less': z.string().min(4).pipe(z.string()),
  'a pipe of numbers': z.number().pipe(z.int().min(2)),
  'a pipe from an integer': z.int().pipe(z.number()),
  'a pipe from anything': z.unknown().pipe(address),
  'a pipe that lowers what is listed': lowered.pipe(z.enum(['a', 'B'])),
  'a template': z.templateLiteral(['a', z.number(), z.enum(['x', 'y'])]),
  'a template of texts': z.templateLiteral([z.string().min(2), '-', z.int()]),
  'a named type': address.meta({ id: 'EveryAddress' }),
  'a named type within another': z.array(address.meta({ id: 'EveryInner' })).max(2),
  'a type whose meta says another': z.string().meta({ type: 'number', pattern: '^x$', minLength: 9 }),
  'copied words': copied(),
  'copied words, or none': copied().optional(),
  'copied words, trimmed': copied().trim(),
  'lists of copied words': z.array(copied()).max(3),
};

const json = 'cannot be represented in JSON Schema';
const refused: Readonly<Record<string, readonly [z.ZodType, string]>> = {
  'a regex of lines': [z.string().regex(/^a$/m), 'flag m is not supported'],
  'a sticky regex': [z.string().regex(/ab/y), 'flag y is not supported'],
  'a look ahead within': [z.string().regex(/a(?=b)/), '(?=b) is not supported'],
  'two patterns': [z.string().includes('usd').endsWith('only'), 'more than one pattern'],
  'a length after trimming': [z.string().trim().min(3), 'put the rule before the change'],
  'a regex after a change of case': [
    z
      .string()
      .toLowerCase()
      .regex(/^[A-Z]$/),
    'put the rule before the change',
  ],
  'a length of a slug': [z.string().slugify().min(3), 'put the rule before the change'],
  'a url': [z.url(), 'the format url'],
  'an emoji': [z.emoji(), 'the format emoji'],
  'a web address': [z.httpUrl(), 'the format url'],
  'a host': [z.hostname(), '/pattern: '],
  'a duration': [z.iso.duration(), 'is not supported'],
  ipv6: [z.ipv6(), 'the format ipv6'],
  cidrv6: [z.cidrv6(), 'the format cidrv6'],
  base64: [z.base64(), 'the format base64'],
  base64url: [z.base64url(), 'the format base64url'],
  'a credit card': [z.creditCard(), 'the format credit_card'],
  'an iban': [z.iban(), 'the format iban'],
  jwt: [z.jwt(), 'the format jwt'],
  'a format that a function checks': [z.stringFormat('even', (text) => text.length % 2 === 0), 'the format even'],
  'a date-time of milliseconds': [z.iso.datetime({ precision: 3 }), 'a date-time of another precision'],
  'a multiple': [z.number().multipleOf(5), 'a multiple of 5'],
  'two multiples': [z.number().multipleOf(2).multipleOf(3), 'a multiple of 2'],
  'a number too large to write': [z.number().min(1e17), 'no number of up to 15 digits'],
  'an integer too small to write': [z.int().max(-1e17), 'no number of up to 15 digits'],
  'an integer after rounding': [z.number().overwrite(Math.round).int(), 'put the rule before the change'],
  'what becomes a date': [z.coerce.date(), `Date ${json}`],
  'what becomes a bigint': [z.coerce.bigint(), `BigInt ${json}`],
  bigint: [z.bigint(), `BigInt ${json}`],
  int64: [z.int64(), `BigInt ${json}`],
  uint64: [z.uint64(), `BigInt ${json}`],
  symbol: [z.symbol(), `Symbols ${json}`],
  undefined: [z.undefined(), `Undefined ${json}`],
  void: [z.void(), `Void ${json}`],
  any: [z.any(), "this type can't be an argument"],
  unknown: [z.unknown(), "this type can't be an argument"],
  never: [z.never(), "this type can't be an argument"],
  date: [z.date(), `Date ${json}`],
  nan: [z.nan(), `NaN ${json}`],
  'an enum of nothing': [z.enum([]), "this type can't be an argument"],
  'a literal NaN': [z.literal(Number.NaN), 'a literal that JSON has no word for'],
  'a literal bigint': [z.literal(1n), `BigInt literals ${json}`],
  'a literal undefined': [z.literal([undefined, 'a']), `Literal \`undefined\` ${json}`],
  tuple: [z.tuple([z.string(), z.number()]), "a tuple can't be an argument"],
  'a rule for a list': [z.array(z.string()).check(z.property('length', z.number().min(2))), 'the rule property'],
  'a length of a changed list': [
    z
      .array(z.int())
      .overwrite((list) => list.slice(1))
      .min(1),
    'before the change',
  ],
  'a rule for a field': [address.check(z.property('street', z.string().min(3))), 'the rule property'],
  'rules for fields': [address.check(z.properties({ street: z.string().min(3) })), 'the rule properties'],
  'a union of texts': [z.union([z.string(), z.email()]), 'a union of two kinds of string'],
  'a union of numbers': [z.union([z.int(), z.number()]), 'a union of two kinds of number'],
  'a union of objects': [
    z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
    'a union of two kinds of object',
  ],
  'an exclusive union': [z.xor([z.string(), z.number()]), 'an exclusive union'],
  'an intersection of texts': [z.intersection(z.string(), z.string().min(3)), "an intersection can't be an argument"],
  'an intersection that trims': [
    z.intersection(z.object({ a: z.string() }), z.object({ a: z.string().trim() })),
    'an intersection that changes values',
  ],
  'a record of numbered keys': [z.record(z.number(), z.string()), 'a rule for the keys of a record'],
  'a record of listed keys': [z.record(z.enum(['a', 'b']), z.int()), 'a rule for the keys of a record'],
  'a record of trimmed keys': [z.record(z.string().trim().min(1), z.int()), 'a rule for the keys of a record'],
  'a part of a record': [z.partialRecord(z.enum(['a']), z.int()), 'a rule for the keys of a record'],
  'a loose record': [z.looseRecord(z.string().regex(/^a/), z.int()), 'a loose record'],
  map: [z.map(z.string(), z.int()), `Map ${json}`],
  set: [z.set(z.string()), `Set ${json}`],
  file: [z.file(), 'the format binary'],
  custom: [z.custom<string>((value) => value === 'a'), `Custom types ${json}`],
  instanceof: [z.instanceof(Date), `Custom types ${json}`],
  'a prefault that does not fit': [z.string().min(3).prefault('x'), 'its prefault is no value of the type'],
  success: [z.success(z.string()), 'z.success'],
  'a transform alone': [z.transform((value) => value), `Transforms ${json}`],
  'a pipe after a transform': [z.string().transform(Number).pipe(z.number().min(3)), 'what follows a transform'],
  'a pipe after trimming': [z.string().trim().pipe(z.string().min(3)), 'what follows a transform'],
  'a pipe that lets nothing through': [
    z
      .string()
      .toUpperCase()
      .pipe(z.enum(['a'])),
    'a pipe that lets no value through',
  ],
  'a pipe that may be left out': [z.string().optional().pipe(z.string()), 'may be left out'],
  'a pipe of two types': [z.string().min(4).pipe(z.string().max(9)), 'a pipe of two types'],
  'a pipe into what becomes a number': [z.string().pipe(z.coerce.number()), 'a pipe of two types'],
  'a pipe of copied words': [copied().pipe(z.string().min(3)), 'a pipe of two types'],
  stringbool: [z.stringbool(), 'a codec'],
  codec: [coded, 'a codec'],
  'a codec the other way': [z.invertCodec(coded), 'a codec'],
  'any JSON': [z.json(), "a type that holds itself can't be an argument"],
  'the length of copied words': [copied().min(3), 'a rule of copied() (min_length)'],
  'the pattern of copied words': [copied().regex(/a/), 'a rule of copied() (string_format)'],
  'the format of copied words': [copied().email(), 'a rule of copied() (string_format)'],
};

describe('a call that the model may write', () => {
  it.each(Object.entries(held))('is one that zod takes: %s', async (_, type) => {
    expect(await findRefused(type)).toEqual([]);
  });
});

describe('an agent', () => {
  it.each(Object.entries(refused))('is refused by name for an argument of %s', async (_, [type, reason]) => {
    const refusal = await findRefused(type).then(
      () => 'taken',
      (error: unknown) => toMessage(error),
    );
    expect(refusal).toContain(reason);
    expect(refusal).toMatch(/^tools\.find\.parameters\.value|^tool find: #\/properties\/value/);
  });
});

/** Functions of zod that make no type. */
const noTypes =
  /arse|alidate|code|^(_ZodString|clone|compile|config|deepPartial|describe|flattenError|formatError|fromJSONSchema|getDiscriminatedOption|getErrorMap|input|output|memoizer|prettifyError|registry|setErrorMap|toJSONSchema|toZod|treeifyError|withParser|optional|nullable|nullish|pipe|function|_function|_default)$/;
/** Of z.check(…), and of files and sets, which are no arguments. */
const methods =
  /^(endsWith|gt|gte|includes|length|lowercase|lt|lte|maxLength|maxSize|meta|mime|minLength|minSize|multipleOf|negative|nonnegative|nonpositive|normalize|overwrite|positive|refine|regex|size|slugify|startsWith|superRefine|toLowerCase|toUpperCase|trim|uppercase)$/;

it('covers every type that zod makes', async () => {
  const text = await readFile(import.meta.filename, 'utf8');
  const makers = Object.entries(z).flatMap(([name, value]) =>
    /^[a-z]/.test(name) && typeof value === 'function' && !noTypes.test(name) && !methods.test(name) ? [name] : [],
  );
  expect(makers.length).toBeGreaterThan(80);
  expect(makers.filter((name) => !new RegExp(`z\\.${name}\\b`).test(text))).toEqual([]);
});
