// Takes a checkpoint, gives the same weights as GGUF files, so that llama.cpp runs them token by token: the rival of
// `repartee bench engine`.
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { manifestSchema } from '../src/engine/manifest.ts';
import type { Network } from '../src/engine/network.ts';
import { loadTokenizer } from '../src/engine/tokenizer/tokenizer.ts';
import { parseTokenizerFile } from '../src/engine/tokenizer/tokenizer-file.ts';
import { ModelError, toMessage } from '../src/errors.ts';
import { toPaired } from '../src/import/checkpoint/rotary-rows.ts';
import { aligned, encodeGgufHead, type GgufTensor, type GgufValue } from './gguf-file.ts';
import { blockBytes, toQ4, toQ8 } from './gguf-quantize.ts';
import { openSafeTensors, type SafeTensors } from './safetensors.ts';

export interface GgufOptions {
  /** A checkpoint; config.json and tokenizer.json lie beside it. */
  readonly from: string;
  /** A folder; files there are replaced. */
  readonly toDir: string;
}

type Quantization = 'q8_0' | 'q4_0';

/** What `writeGguf` writes into its folder. */
export const ggufFiles = { q8_0: 'repartee-s-q8_0.gguf', q4_0: 'repartee-s-q4_0.gguf' } as const;

/** Numbers that the format gives to files of one quantisation. */
const fileTypes = { q8_0: 7, q4_0: 2 } as const;
const QUANTIZATION_VERSION = 2;
const CONTEXT_TOKENS = 2048;
const NORMAL_TOKEN = 1;
const CONTROL_TOKEN = 3;

/** Every matrix in 8 bits, and every one in 4. Throws ModelError. */
export function writeGguf({ from, toDir }: GgufOptions): void {
  const folder = dirname(from);
  const config = readConfig(join(folder, 'config.json'));
  const tokenizerJson = readFileSync(join(folder, 'tokenizer.json'), 'utf8');
  const tensors = openSafeTensors(from);
  mkdirSync(toDir, { recursive: true });
  for (const quantization of ['q8_0', 'q4_0'] as const) {
    const parts = partsOf(tensors, config, quantization);
    const file = openSync(join(toDir, ggufFiles[quantization]), 'w');
    try {
      const head = encodeGgufHead(metadataOf(config, tokenizerJson, quantization), parts);
      writeSync(file, head);
      for (const part of parts) {
        const bytes = new Uint8Array(aligned(part.sizeBytes));
        bytes.set(part.read());
        writeSync(file, bytes);
      }
    } finally {
      closeSync(file);
    }
  }
}

function readConfig(path: string): Network {
  try {
    return manifestSchema.shape.config.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new ModelError('json-invalid', `${path}: ${toMessage(cause)}`, { cause });
  }
}

function metadataOf(
  config: Network,
  tokenizerJson: string,
  quantization: Quantization,
): Readonly<Record<string, GgufValue>> {
  const { specials } = loadTokenizer(tokenizerJson);
  const { tokens, merges } = parseTokenizerFile(tokenizerJson);
  const countSpecials = Object.keys(specials).length;
  return {
    'general.architecture': 'llama',
    'general.name': 'repartee-s',
    'general.file_type': fileTypes[quantization],
    'general.quantization_version': QUANTIZATION_VERSION,
    'llama.context_length': CONTEXT_TOKENS,
    'llama.embedding_length': config.hidden,
    'llama.block_count': config.layers,
    'llama.feed_forward_length': config.feedForward,
    'llama.attention.head_count': config.heads,
    'llama.attention.head_count_kv': config.keyValueHeads,
    'llama.attention.layer_norm_rms_epsilon': { float: config.normEpsilon },
    'llama.rope.dimension_count': config.headSize,
    'llama.rope.freq_base': { float: config.ropeBase },
    'llama.vocab_size': config.vocabulary,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'smollm',
    'tokenizer.ggml.tokens': { strings: tokens },
    'tokenizer.ggml.token_type': { ints: tokens.map((_, id) => (id < countSpecials ? CONTROL_TOKEN : NORMAL_TOKEN)) },
    'tokenizer.ggml.merges': { strings: merges },
    'tokenizer.ggml.bos_token_id': specials.bos,
    'tokenizer.ggml.eos_token_id': specials.end,
    'tokenizer.ggml.padding_token_id': specials.pad,
    'tokenizer.ggml.add_bos_token': false,
  };
}

type Part = GgufTensor & { read(): Uint8Array };

/** The embedding is the head as well: nothing else is named. */
function partsOf(tensors: SafeTensors, config: Network, quantization: Quantization): Part[] {
  const { hidden, heads, keyValueHeads, headSize, feedForward, vocabulary } = config;
  const keyLength = keyValueHeads * headSize;
  const encode = quantization === 'q8_0' ? toQ8 : toQ4;
  const layers = Array.from({ length: config.layers }, (_, layer): Part[] => {
    const own = (part: string) => `layers.${layer}.${part}`;
    const named = (part: string) => `blk.${layer}.${part}.weight`;
    return [
      norm(named('attn_norm'), own('attentionNorm')),
      matrix(named('attn_q'), own('query'), hidden, heads * headSize, headSize),
      matrix(named('attn_k'), own('key'), hidden, keyLength, headSize),
      matrix(named('attn_v'), own('value'), hidden, keyLength),
      matrix(named('attn_output'), own('output'), heads * headSize, hidden),
      norm(named('ffn_norm'), own('feedForwardNorm')),
      matrix(named('ffn_gate'), own('gate'), hidden, feedForward),
      matrix(named('ffn_up'), own('up'), hidden, feedForward),
      matrix(named('ffn_down'), own('down'), feedForward, hidden),
    ];
  });
  return [
    matrix('token_embd.weight', 'embedding', hidden, vocabulary),
    ...layers.flat(),
    norm('output_norm.weight', 'norm'),
  ];

  function norm(name: string, source: string): Part {
    const read = () => new Uint8Array(tensors.float32(source, [hidden]).values.buffer);
    return { name, type: 'float32', shape: [hidden], sizeBytes: hidden * 4, read };
  }

  /** With `turnedSize`, heads of that size are turned by position. */
  function matrix(name: string, source: string, lengthIn: number, lengthOut: number, turnedSize?: number): Part {
    return {
      name,
      type: quantization,
      shape: [lengthIn, lengthOut],
      sizeBytes: ((lengthIn * lengthOut) / 32) * blockBytes[quantization],
      read: () => encode(toFloats(source, lengthIn, lengthOut, turnedSize)),
    };
  }

  function toFloats(source: string, lengthIn: number, lengthOut: number, turnedSize: number | undefined): Float32Array {
    const bytes = tensors.int8(`${source}.int8`, [lengthOut, lengthIn]).values;
    const scales = tensors.float32(`${source}.scale`, [lengthOut]).values;
    const floats = new Float32Array(lengthIn * lengthOut);
    for (let row = 0; row < lengthOut; row++) {
      const target = (turnedSize === undefined ? row : toPaired(row, turnedSize)) * lengthIn;
      const scale = scales[row] ?? 0;
      for (let column = 0; column < lengthIn; column++)
        floats[target + column] = (bytes[row * lengthIn + column] ?? 0) * scale;
    }
    return floats;
  }
}
