import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { validate } from 'dockerfile-utils';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseStartArguments } from '../../src/cli/start-arguments.ts';

const root = resolve(import.meta.dirname, '../..');
const deploy = join(root, 'deploy');
const read = (name: string) => readFileSync(join(deploy, name), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'repartee-deploy-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const Compose = z.object({
  services: z.record(
    z.string(),
    z.object({
      command: z.array(z.string()).optional(),
      build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
      environment: z.record(z.string(), z.string()).optional(),
      volumes: z.array(z.string()).optional(),
      stop_grace_period: z.string().optional(),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()),
});

describe('deploy/Dockerfile', () => {
  const text = read('Dockerfile');
  const lines = text.replaceAll(/\\\n\s*/g, ' ').split('\n');
  const final = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  it('is a Dockerfile without a complaint of its linter', () => {
    expect(validate(text).map(({ message }) => message)).toEqual([]);
  });

  it('copies only what there is and what the context lets in', () => {
    const ignored = read('Dockerfile.dockerignore').split('\n');
    const copied = lines
      .filter((line) => /^COPY (?!--from)/.test(line))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.length).toBeGreaterThan(8);
    expect(copied.filter((path) => !existsSync(join(root, path)) || !ignored.includes(`!${path}`))).toEqual([]);
  });

  it('runs without root, says whether it is healthy, and starts by arguments that repartee takes', () => {
    expect(final).toContain('USER node');
    expect(final.some((line) => line.startsWith('HEALTHCHECK ') && line.includes('/health'))).toBe(true);
    const [command, ...argv] = readJson(final, 'CMD');
    expect(command).toBe('start');
    expect(parseStartArguments(argv)?.host).toBe('0.0.0.0');
    expect(readJson(final, 'ENTRYPOINT')).toEqual(['node', 'dist/src/cli/main.js']);
  });
});

describe('deploy/compose.yaml', () => {
  const { services, volumes } = Compose.parse(parse(read('compose.yaml')));

  it('builds the Dockerfile, starts by arguments that repartee takes, and lets calls end', () => {
    const { build, command = [], stop_grace_period: grace = '' } = services.repartee ?? {};
    expect(existsSync(join(deploy, build?.context ?? '', build?.dockerfile ?? ''))).toBe(true);
    const argv = command.slice(1).map((word) => word.replace(/\$\{REPARTEE_DOMAIN[^}]*\}/, 'voice.example.com'));
    const args = parseStartArguments(argv);
    expect(args?.publicUrl?.host).toBe('voice.example.com');
    expect(Number.parseInt(grace, 10) * 1000).toBeGreaterThan(args?.drainMs ?? Number.POSITIVE_INFINITY);
  });

  it('mounts volumes and files that there are', () => {
    const mounted = Object.values(services).flatMap((service) => service.volumes ?? []);
    const missing = mounted
      .map((mount) => mount.split(':')[0] ?? '')
      .filter((from) => (from.startsWith('.') ? !existsSync(join(deploy, from)) : !(from in volumes)));
    expect(missing).toEqual([]);
  });
});

describe('deploy/repartee.service', () => {
  const text = read('repartee.service');

  it('starts by arguments that repartee takes, and lets calls end', () => {
    const words =
      /^ExecStart=\/usr\/bin\/env node dist\/src\/cli\/main\.js start (.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
    const args = parseStartArguments(words);
    const timeoutMs = Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]) * 1000;
    expect(timeoutMs).toBeGreaterThan(args?.drainMs ?? Number.POSITIVE_INFINITY);
  });

  it('is taken by systemd', ({ skip }) => {
    if (!has('systemd-analyze')) skip('systemd-analyze is not installed');
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', join(deploy, 'repartee.service')], {
      encoding: 'utf8',
    });
    const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('repartee.service'));
    expect(complaints).toEqual([]);
  });
});

it('gives nginx a configuration that it takes', ({ skip }) => {
  if (!has('nginx') || !has('openssl')) skip('nginx or openssl is not installed');
  const key = join(scratch, 'key.pem');
  const cert = join(scratch, 'cert.pem');
  const subject = ['-subj', '/CN=voice.example.com', '-days', '1'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  const site = read('nginx.conf')
    .replace(/ssl_certificate .*;/, `ssl_certificate ${cert};`)
    .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${key};`);
  const file = join(scratch, 'nginx.conf');
  writeFileSync(file, `pid ${scratch}/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${site}\n}\n`);
  const { status, stderr } = spawnSync('nginx', ['-t', '-q', '-p', scratch, '-c', file], { encoding: 'utf8' });
  expect({ status, stderr: stderr.replaceAll(/^.*could not open error log.*\n/gm, '') }).toEqual({
    status: 0,
    stderr: '',
  });
});

it('gives Caddy a configuration that it takes', ({ skip }) => {
  if (!has('caddy')) skip('caddy is not installed');
  const [, major = '0', minor = '0'] =
    /v?(\d+)\.(\d+)/.exec(execFileSync('caddy', ['version'], { encoding: 'utf8' })) ?? [];
  if (Number(major) * 100 + Number(minor) < 207) skip(`caddy ${major}.${minor} is older than 2.7`);
  const { REPARTEE_DOMAIN: _, ...env } = process.env;
  const argv = ['adapt', '--config', join(deploy, 'Caddyfile'), '--adapter', 'caddyfile'];
  const { status, stderr } = spawnSync('caddy', argv, { encoding: 'utf8', env });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
});

function readJson(lines: readonly string[], instruction: string): readonly string[] {
  const line = lines.findLast((one) => one.startsWith(`${instruction} [`));
  return z.array(z.string()).parse(JSON.parse(line?.slice(instruction.length) ?? 'null'));
}

function has(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
