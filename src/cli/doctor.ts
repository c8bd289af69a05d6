// `repartee doctor`: what runs here, what is missing, and the line that gets it. Argv in, exit code out.

import { parseOptions } from '../arguments.ts';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { packagePath } from '../package-path.ts';
import { toDeviceOption } from './device-argument.ts';

const HELP = `usage: repartee doctor [--model DIR] [--device NAME] [--json]

Looks at this machine: processor, memory, ONNX Runtime, card and driver, CUDA; then loads the model as a server does. What is missing comes
with the line that gets it. The exit code is 1 if the model can't run.

  --model DIR   a model folder (default: the one that comes with repartee)
  --device NAME what is to run it: cpu, webgpu, cuda or auto (default auto)
  --json        one JSON array instead of a table
`;

const marks: Readonly<Record<Finding['status'], string>> = { ok: 'ok', note: 'note', failed: 'FAILED' };
const MARK_WIDTH = 8;
const NAME_WIDTH = 14;

/** Resolves to the exit code. Throws UsageError. */
export async function runDoctor(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv, {
    model: { type: 'string' },
    device: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const modelDir = options.model ?? packagePath('models/repartee-s');
  const findings = await examine({ modelDir, device: 'auto', ...toDeviceOption(options.device) });
  process.stdout.write(options.json ? `${JSON.stringify(findings)}\n` : findings.map(renderFinding).join(''));
  return findings.some(({ status }) => status === 'failed') ? 1 : 0;
}

export function renderFinding({ name, status, found, mend }: Finding): string {
  const indent = ' '.repeat(MARK_WIDTH + NAME_WIDTH);
  const advice = mend === undefined ? '' : `${indent}→ ${mend}\n`;
  return `${marks[status].padEnd(MARK_WIDTH)}${name.padEnd(NAME_WIDTH)}${found}\n${advice}`;
}
