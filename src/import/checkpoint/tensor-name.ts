import { damaged } from './byte-source.ts';

const MAX_NAME_LENGTH = 256;

/** Names are words between dots: `..`, slashes and control characters are never a layer's. Throws ModelError. */
export function checkTensorName(path: string, name: string): void {
  const isPlain = /^[\w.\-:]+$/.test(name) && !name.includes('..') && name.length <= MAX_NAME_LENGTH;
  if (!isPlain)
    throw damaged(
      path,
      `a tensor is called ${JSON.stringify(name.slice(0, MAX_NAME_LENGTH))}, expected at most ${MAX_NAME_LENGTH} letters, digits and single dots`,
    );
}
