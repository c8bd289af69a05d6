import { createEngine } from '../engine/engine.ts';
import { toMessage } from '../errors.ts';
import type { Check } from './finding.ts';

/** Loads it as a server does: files by their hashes, known answers on the device. */
export const checkModel: Check = async ({ modelDir, device }) => {
  const remarks: string[] = [];
  try {
    const engine = await createEngine({ modelDir, device, warn: (line) => remarks.push(line) });
    const found = `${modelDir} on ${engine.stats().device}`;
    await engine.close();
    const [remark] = remarks;
    return { name: 'model', status: 'ok', found: remark === undefined ? found : `${found} (${remark})` };
  } catch (error) {
    // The message of an error says what mends it.
    return { name: 'model', status: 'failed', found: toMessage(error) };
  }
};
