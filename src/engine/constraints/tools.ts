// Takes the tools of a prompt, or the schema of a response, gives what may be written as tokens. Throws EngineError for
// what is not supported.
import { EngineError } from '../../errors.ts';
import { inlineSchema } from '../../schema/inline-schema.ts';
import { type CallSyntax, plainCallSyntax } from '../prompt/call-syntax.ts';
import type { ToolSchema } from '../sequence.ts';
import { type Budget, createBudget } from './budget.ts';
import { type GivenValues, keysOf, narrow, narrowAll } from './given.ts';
import { refusal, type Schema, show } from './keywords.ts';
import { createCompiler, type Pieces } from './program.ts';
import { compileSchema, MAX_SCHEMA_DEPTH, type Value } from './schema.ts';
import { buildTrie } from './trie.ts';
import type { Vocabulary } from './vocabulary.ts';

type Root = Value & { kind: 'object' | 'map' };

/** A tool with what its arguments may be: plain data, which crosses threads. */
export interface CompiledTool {
  readonly name: string;
  readonly root: Root;
}

/** An object that may be written, and the tokens that open it. */
interface Opening {
  readonly tokens: readonly number[];
  readonly root: Root;
}

/** What may be written. */
export interface Program {
  readonly root: Pieces;
  /** The same where values are given for these keys alone: an argument without is left out, even a required one. */
  given(values: GivenValues): Program;
}

/** A name and the arguments for it. `syntax`: how they are written. @default ` name {…}` */
export function compileTools(tools: readonly ToolSchema[], vocabulary: Vocabulary, syntax?: CallSyntax): Program {
  return assembleTools(compileToolValues(tools, vocabulary.isWritable), vocabulary, syntax);
}

/** The part that takes time: patterns and bounds become automata. Knows the vocabulary by its bytes alone. */
export function compileToolValues(
  tools: readonly ToolSchema[],
  isWritable: Vocabulary['isWritable'],
  budget: Budget = createBudget(),
): CompiledTool[] {
  const names = tools.map((tool) => tool.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new EngineError('tool-duplicate', `two tools are called ${twice}: rename one`);
  return tools.map(({ name, parameters }) => {
    // A tool that says nothing of properties takes none.
    const schema = 'additionalProperties' in parameters ? parameters : { properties: {}, ...parameters };
    return { name, root: rootOf(schema, `tool ${name}`, isWritable, budget) };
  });
}

/** The part that is made as it is needed: no token is asked about before a call gets there. */
export function assembleTools(
  tools: readonly CompiledTool[],
  vocabulary: Vocabulary,
  { before, after }: CallSyntax = plainCallSyntax(vocabulary.tokenizer),
): Program {
  return assemble(
    tools.map(({ name, root }) => ({ tokens: before(name), root })),
    vocabulary,
    after,
  );
}

/** An object of the schema; without one, any object. @internal */
export function compileResponse(schema: Schema | undefined, vocabulary: Vocabulary): Program {
  const any: Root = { kind: 'map', values: { kind: 'any', maxLevels: MAX_SCHEMA_DEPTH } };
  const root = schema === undefined ? any : rootOf(schema, 'response', vocabulary.isWritable, createBudget());
  return assemble([{ tokens: [], root }], vocabulary);
}

function assemble(named: readonly Opening[], vocabulary: Vocabulary, after: readonly number[] = []): Program {
  const ending = (): Pieces => buildTrie([[after, { kind: 'end' }]]);
  const compiler = createCompiler(vocabulary);
  const keys = [...new Set(named.flatMap(({ root }) => keysOf(root)))];
  const programs = new Map<string, Program>();

  function compile(has: ((key: string) => boolean) | undefined): Program {
    const entries = named.map(({ tokens, root }) => {
      const [open, next] = compiler.compileRoot(narrowRoot(root, has), ending);
      return [[...tokens, ...open], next] as const;
    });
    return { root: buildTrie(entries), given };
  }

  /** Few keys are told apart, so few programs are ever made. */
  function given(values: GivenValues): Program {
    if (keys.length === 0) return plain;
    const has = (key: string) => (values[key]?.length ?? 0) > 0;
    const known = keys.filter(has).join('\n');
    const program = programs.get(known) ?? compile(has);
    if (programs.size < MAX_PROGRAMS) programs.set(known, program);
    return program;
  }

  const plain = compile(undefined);
  return plain;
}

const MAX_PROGRAMS = 64;

/** A call names its tool whatever can be written of its arguments. */
function narrowRoot(root: Root, has: ((key: string) => boolean) | undefined): Root {
  if (root.kind === 'object') return { ...root, properties: narrowAll(root.properties, has) };
  return { ...root, values: narrow(root.values, has) ?? { kind: 'any', maxLevels: 0 } };
}

function rootOf(asked: Schema, of: string, isWritable: Vocabulary['isWritable'], budget: Budget): Root {
  const schema = inlineSchema(asked, of);
  const value = schema.type === 'object' ? compileSchema(schema, of, isWritable, budget) : undefined;
  if (value?.kind === 'object' || value?.kind === 'map') return value;
  throw refusal(`${of}: #/type: ${show(schema.type)}`, 'use "object"');
}
