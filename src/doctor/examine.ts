// Looks at this machine for what the model wants. Takes what is to be run, gives findings; changes nothing.
import type { Asked, Check, Finding } from './finding.ts';
import { checkMemory, checkProcessor } from './machine.ts';
import { checkModel } from './model.ts';
import { checkCard, checkCuda, checkOnnxRuntime } from './runtime.ts';

/** In the order in which they are told. */
export const checks: readonly Check[] = [
  checkProcessor,
  checkMemory,
  checkOnnxRuntime,
  checkCard,
  checkCuda,
  checkModel,
];

export async function examine(asked: Asked, of: readonly Check[] = checks): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of of) findings.push(await check(asked));
  return findings;
}
