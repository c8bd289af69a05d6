// model.safetensors.index.json: which files a checkpoint has, and which of them holds each tensor.

import { isRecord } from '../../base/is-record.ts';
import { parseJson } from '../../base/parse-json.ts';
import { damaged } from './byte-source.ts';

/** A file beside the index: no folder, no way up, nothing hidden. */
const fileName = /^\w[\w.-]*\.safetensors$/;

/** File by tensor, as `weight_map` says. Throws ModelError (checkpoint-damaged). */
export function parseWeightIndex(path: string, text: string): ReadonlyMap<string, string> {
  const index = parseJson(text);
  const map = isRecord(index) ? index.weight_map : undefined;
  if (!isRecord(map)) throw damaged(path, 'it is no JSON object with a weight_map of files by tensor');
  const files = new Map<string, string>();
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== 'string' || !fileName.test(file))
      throw damaged(
        path,
        `tensor ${tensor.slice(0, 256)} lies in ${JSON.stringify(file)?.slice(0, 200)}, expected a file beside it such as model-00001-of-00002.safetensors`,
      );
    files.set(tensor, file);
  }
  if (files.size === 0) throw damaged(path, 'its weight_map is empty');
  return files;
}
