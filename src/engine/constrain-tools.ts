// Takes the tools of a setting, or the schema of a response, gives what may be written as tokens. Throws EngineError for what is not supported.
import { EngineError } from '../errors.ts';
import { refusal, type Schema, show } from './constrain-keywords.ts';
import { createCompiler, type Pieces } from './constrain-program.ts';
import { compileSchema, maxSchemaDepth, type Value } from './constrain-schema.ts';
import type { Vocabulary } from './constrain-vocabulary.ts';
import type { ToolSchema } from './sequence.ts';
import { buildTrie } from './trie.ts';

type Root = Value & { kind: 'object' | 'map' };

/** A name and the arguments for it. */
export function compileTools(tools: readonly ToolSchema[], vocabulary: Vocabulary): Pieces {
  const names = tools.map((tool) => tool.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new EngineError('tool-duplicate', `two tools are called ${twice}: rename one`);
  const compiler = createCompiler(vocabulary);
  return buildTrie(
    tools.map(({ name, parameters }) => {
      // A tool that says nothing of properties takes none.
      const schema = { properties: {}, ...parameters };
      const [tokens, next] = compiler.compileRoot(rootOf(schema, `tool ${name}`, vocabulary), ending);
      return [[...vocabulary.tokenizer.encode(` ${name}`), ...tokens], next] as const;
    }),
  );
}

/** An object of the schema; without one, any object. */
export function compileResponse(schema: Schema | undefined, vocabulary: Vocabulary): Pieces {
  const any: Root = { kind: 'map', values: { kind: 'any', maxLevels: maxSchemaDepth } };
  const root = schema === undefined ? any : rootOf(schema, 'response', vocabulary);
  return buildTrie([createCompiler(vocabulary).compileRoot(root, ending)]);
}

function rootOf(schema: Schema, of: string, { isWritable }: Vocabulary): Root {
  const value = schema.type === 'object' ? compileSchema(schema, of, isWritable) : undefined;
  if (value?.kind === 'object' || value?.kind === 'map') return value;
  throw refusal(`${of}: #/type: ${show(schema.type)}`, 'use "object"');
}

function ending(): Pieces {
  return buildTrie([[[], { kind: 'end' }]]);
}
