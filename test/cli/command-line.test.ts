import { readFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { fliteVoices } from '../../src/tts/flite/flite.ts';
import { runRepartee, startRepartee } from '../support/built-program.ts';
import { startServerRig } from '../support/server-rig.ts';

async function run(argv: readonly string[], isDebugging = false) {
  let out = '';
  let err = '';
  const exitCode = await runCommandLine(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isDebugging,
  });
  return { exitCode, out, err };
}

describe('repartee', () => {
  it.each(['--help', '-h', 'help'])('tells its commands on %s', async (option) => {
    const { exitCode, out, err } = await run([option]);
    expect(exitCode).toBe(0);
    for (const command of ['start', 'talk', 'trace']) expect(out).toMatch(new RegExp(`^ {2}${command} +\\w`, 'm'));
    expect(err).toBe('');
  });

  it('tells the version of its package', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await run(['--version'])).toEqual({ exitCode: 0, out: `${version}\n`, err: '' });
  });

  it('without a command exits with 2 and help', async () => {
    const { exitCode, out, err } = await run([]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(/^usage: repartee/);
  });

  it('names a command that there is not and exits with 2', async () => {
    expect(await run(['stop'])).toEqual({
      exitCode: 2,
      out: '',
      err: 'repartee: there is no command "stop"; see repartee --help\n',
    });
  });

  it('answers a wrong option in one line that says where to look, without a stack', async () => {
    expect(await run(['start', '--prot', '1'])).toEqual({
      exitCode: 2,
      out: '',
      err: "repartee start: Unknown option '--prot'; see repartee start --help\n",
    });
  });

  it('adds the stack where it is asked for', async () => {
    const { err } = await run(['start', '--prot', '1'], true);
    expect(err.split('\n').length).toBeGreaterThan(2);
    expect(err).toContain('    at ');
  });

  it('answers a failure in one line and exits with 1', async () => {
    vi.stubEnv('REPARTEE_API_KEY', '');
    const { exitCode, out, err } = await run(['start', '--host', '0.0.0.0', '--port', '0']);
    vi.unstubAllEnvs();
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(/^repartee start: 0\.0\.0\.0 .*REPARTEE_API_KEY.*\n$/);
  });
});

describe('an option that can mean nothing', () => {
  it.each([
    ['start --voice foo', 'start: --voice is "foo", expected slt, rms, awb, kal16'],
    ['start --model=', 'start: --model is empty'],
    ['talk --traces=', 'talk: --traces is empty'],
    ['trace x.jsonl --otlp=', 'trace: --otlp is empty'],
    ['trace x.jsonl --html=', 'trace: --html is empty'],
    ['replay x.jsonl --svg out.svg', 'replay: --svg draws what --set tries'],
    ['replay x.jsonl --json', 'replay: --json tells what --set tries'],
    ['replay x.jsonl --model m', 'replay: --model is for --live and --set'],
    ['replay x.jsonl --live --set effort=low', 'replay: expected one of --live, --set'],
  ])('is refused before anything is read: %s', async (line, message) => {
    const { exitCode, out, err } = await run(line.split(' '));
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(/^[^\n]*\n$/);
    expect(err).toContain(`repartee ${message}`);
  });

  it.each(['init', 'trace', 'replay', 'talk'])('is no empty word of %s', async (command) => {
    expect(await run([command, ''])).toEqual({
      exitCode: 2,
      out: '',
      err: `repartee ${command}: an argument is empty, expected a name; see repartee ${command} --help\n`,
    });
  });
});

describe('the built program', () => {
  it('prints the help of start', async () => {
    const { exitCode, out } = await runRepartee(['start', '--help']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^usage: repartee start/);
  });

  it('says in one line that the port is in use, before it loads anything', async () => {
    await using rig = await startServerRig();
    const { port } = new URL(rig.url);
    expect(await runRepartee(['start', '--port', port])).toEqual({
      exitCode: 1,
      out: '',
      err: `repartee start: can't listen on port ${port} of 127.0.0.1: it is in use; choose another one\n`,
    });
  });

  it('names every voice in its help, and exits with 2 and one line where there is no such voice', async () => {
    const { out } = await runRepartee(['start', '--help']);
    for (const name of Object.keys(fliteVoices)) expect(out).toMatch(new RegExp(`^ +${name} +\\w`, 'm'));
    const { exitCode, err } = await runRepartee(['start', '--port', '0', '--voice', 'foo']);
    expect(exitCode).toBe(2);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('hints at the public URL where other machines reach its port', async () => {
    const argv = ['start', '--host', '0.0.0.0', '--port', '0', '--model', 'no-such-folder'];
    const { exitCode, err } = await runRepartee(argv, { REPARTEE_API_KEY: 'k'.repeat(32) });
    expect([exitCode, err]).toEqual([1, expect.stringContaining('--host 0.0.0.0 without --public-url: ')]);
  });

  it('is quiet when whoever reads has seen enough', async () => {
    const program = startRepartee(['trace', ...Array(8).fill('fixtures/traces/clinic-2.jsonl'), '--json']);
    program.child.stdout?.destroy();
    expect(await program.ended).toEqual({ exitCode: 0, out: '', err: '' });
  });

  it('exits with 2 on a command line that makes no sense', async () => {
    expect((await runRepartee(['start', '--port', 'high'])).exitCode).toBe(2);
  });
});
