import { describe, expect, it } from 'vitest';
import { findHints, parseStartArguments } from '../../src/cli/start-arguments.ts';
import { UsageError } from '../../src/errors.ts';

describe('parseStartArguments', () => {
  it('gives the defaults for no options', () => {
    expect(parseStartArguments([])).toEqual({
      agentFiles: [],
      isWatching: false,
      port: 8787,
      host: '127.0.0.1',
      voice: 'slt',
      stt: [],
      tracesDir: '.repartee/traces',
      redaction: 'none',
      maxCalls: 32,
      drainMs: 10_000,
    });
  });

  it('takes every option, agents in their order', () => {
    const argv =
      '--agent a.ts --agent b.ts --watch --port 0 --host ::1 --public-url https://voice.example.com --model m --voice rms --stt deepgram-flux --stt vosk=ws://127.0.0.1:2700 --traces off --redact numbers --otlp http://127.0.0.1:4318 --max-calls 5 --drain-ms 0';
    expect(parseStartArguments(argv.split(' '))).toEqual({
      agentFiles: ['a.ts', 'b.ts'],
      isWatching: true,
      port: 0,
      host: '::1',
      publicUrl: new URL('https://voice.example.com'),
      modelDir: 'm',
      voice: 'rms',
      stt: ['deepgram-flux', 'vosk=ws://127.0.0.1:2700'],
      tracesDir: undefined,
      redaction: 'numbers',
      otlpUrl: new URL('http://127.0.0.1:4318'),
      maxCalls: 5,
      drainMs: 0,
    });
  });

  it.each([['--help'], ['-h']])('gives nothing where %s asks for help', (option) => {
    expect(parseStartArguments(['--port', 'x', option])).toBeUndefined();
  });

  it.each([
    [['--port', '65536'], '--port is "65536", expected a whole number from 0 to 65535'],
    [['--port', '-1'], "'--port' argument is ambiguous"],
    [['--port=-1'], '--port is "-1"'],
    [['--redact', 'all'], '--redact is "all", expected text, numbers, none'],
    [['--otlp', 'localhost:4318'], '--otlp is "localhost:4318", expected a collector\'s address'],
    [['--port', '80.5'], '--port is "80.5"'],
    [['--port', ''], '--port is empty'],
    [['--voice', 'foo'], '--voice is "foo", expected slt, rms, awb, kal16'],
    [['--voice', 'toString'], '--voice is "toString"'],
    [['--traces', ''], '--traces is empty'],
    [['--agent', 'a.ts', '--agent', ''], '--agent is empty'],
    [['--otlp', ''], '--otlp is empty'],
    [['--max-calls', '0'], 'expected a whole number from 1 to 10000'],
    [['--drain-ms', '1e3'], '--drain-ms is "1e3"'],
    [['--host', ''], '--host is empty'],
    [['--public-url', 'voice.example.com'], '--public-url is "voice.example.com"'],
    [['--public-url', 'ftp://voice.example.com'], 'expected scheme and host alone'],
    [['--public-url', 'https://voice.example.com/agent'], 'expected scheme and host alone'],
    [['--public-url', 'https://user:pass@voice.example.com'], 'expected scheme and host alone'],
    [['--agent'], "'--agent <value>' argument missing"],
    [['--agents', 'a.ts'], "Unknown option '--agents'"],
    [['a.ts'], "Unexpected argument 'a.ts'"],
  ])('refuses %j', (argv, message) => {
    const parsing = () => parseStartArguments(argv);
    expect(parsing).toThrow(UsageError);
    expect(parsing).toThrow(message);
  });
});

describe('findHints', () => {
  const hintsOf = (line: string) => findHints(parseStartArguments(line.split(' ').filter(Boolean)) ?? expect.fail());

  it('says where a host that others reach is left without its public URL', () => {
    expect(hintsOf('--host 0.0.0.0')).toEqual([expect.stringMatching(/^--host 0\.0\.0\.0 .*--public-url https:/)]);
  });

  it.each(['', '--host ::1', '--host 0.0.0.0 --public-url https://voice.example.com'])('is silent for "%s"', (line) => {
    expect(hintsOf(line)).toEqual([]);
  });
});
