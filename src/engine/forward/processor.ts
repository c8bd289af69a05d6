// What this machine's processor can do, as far as the runtime does not find out right by itself.
import { readFileSync } from 'node:fs';

/** Instructions that add products of bytes in 32 bits. */
const exactInstructions = /\b(?:avx512_vnni|avx_vnni|amx_int8)\b/;

/** Products of bytes don't overflow; undefined: not known. Told by the system, on Linux. */
export function multipliesBytesExactly(): boolean | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  try {
    return exactInstructions.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return undefined;
  }
}
