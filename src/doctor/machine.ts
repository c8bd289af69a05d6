import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { multipliesBytesExactly } from '../engine/forward/processor.ts';
import type { Check } from './finding.ts';

const GIB = 2 ** 30;
/** Weights twice while they are read, what lies between layers, and keys and values of some calls. */
const NEEDED_BYTES = GIB;
const knownFeatures = ['avx2', 'avx512f', 'avx512_vnni', 'avx_vnni', 'amx_int8', 'asimddp', 'i8mm'];

export const checkProcessor: Check = () => {
  const features = readFeatures();
  const exact = multipliesBytesExactly();
  const cores = availableParallelism();
  const model = cpus()[0]?.model.trim() ?? process.arch;
  const found = `${model}, ${cores} ${cores === 1 ? 'thread' : 'threads'}${features.length > 0 ? `, ${features.join(' ')}` : ''}`;
  if (exact !== false) return { name: 'processor', status: 'ok', found };
  return {
    name: 'processor',
    status: 'note',
    found: `${found}: no instructions for products of bytes (VNNI, AMX), so passes take longer`,
    mend: 'use a processor from 2019 on (Ice Lake, Zen 4, or later) for more calls at once',
  };
};

export const checkMemory: Check = () => {
  const allowedBytes = process.constrainedMemory();
  const totalBytes = allowedBytes > 0 ? Math.min(totalmem(), allowedBytes) : totalmem();
  const freeBytes = Math.min(readAvailableBytes(), totalBytes);
  const found = `${toGib(freeBytes)} of ${toGib(totalBytes)} free`;
  if (freeBytes >= NEEDED_BYTES) return { name: 'memory', status: 'ok', found };
  return { name: 'memory', status: 'note', found, mend: `end other programs: ${toGib(NEEDED_BYTES)} are wanted` };
};

/** Of this process' kind, as Linux tells; elsewhere none are known. */
function readFeatures(): readonly string[] {
  try {
    const words = new Set(readFileSync('/proc/cpuinfo', 'utf8').split(/\s+/));
    return knownFeatures.filter((feature) => words.has(feature));
  } catch {
    return [];
  }
}

/** Linux counts what it would give back as available, not as free. */
function readAvailableBytes(): number {
  try {
    const [, kilobytes] = /^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
    return kilobytes === undefined ? freemem() : 1024 * Number(kilobytes);
  } catch {
    return freemem();
  }
}

function toGib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
