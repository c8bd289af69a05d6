// Bytes that can be read at any place: of a file, or in memory. Knows no format.

import { type FileHandle, open } from 'node:fs/promises';
import { ModelError, toMessage } from '../../errors.ts';

/** Where it is truncated while it is read, or never was as long as it says, that is an error of the file. */
export interface ByteSource {
  /** Of the file, as errors name it. */
  readonly path: string;
  readonly sizeBytes: number;
  /** A copy of its own, so that floats may be viewed in it. Throws ModelError (checkpoint-damaged). */
  read(offsetBytes: number, lengthBytes: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** One read of a file gives at most 2 GiB. */
const READ_BYTES = 2 ** 26;

/** Throws ModelError (checkpoint-missing) where there is no file to read. */
export async function openFile(path: string): Promise<ByteSource> {
  const { file, sizeBytes } = await openToRead(path);
  return {
    path,
    sizeBytes,
    close: () => file.close(),
    async read(offsetBytes, lengthBytes) {
      checkWithin(path, sizeBytes, offsetBytes, lengthBytes);
      const bytes = new Uint8Array(lengthBytes);
      for (let at = 0; at < lengthBytes; ) {
        const { bytesRead } = await file.read(bytes, at, Math.min(READ_BYTES, lengthBytes - at), offsetBytes + at);
        if (bytesRead === 0)
          throw damaged(path, `it ended at byte ${offsetBytes + at} while it was read, and had ${sizeBytes}`);
        at += bytesRead;
      }
      return bytes;
    },
  };
}

/** A file whose bytes contradict themselves or its format. */
export function damaged(path: string, what: string): ModelError {
  return new ModelError('checkpoint-damaged', `${path} is damaged: ${what}; get the file again from its source`);
}

function checkWithin(path: string, sizeBytes: number, offsetBytes: number, lengthBytes: number): void {
  if (offsetBytes >= 0 && lengthBytes >= 0 && offsetBytes + lengthBytes <= sizeBytes) return;
  throw damaged(path, `it has ${sizeBytes} bytes, too few for ${lengthBytes} from byte ${offsetBytes} on`);
}

async function openToRead(path: string): Promise<{ file: FileHandle; sizeBytes: number }> {
  try {
    const file = await open(path);
    const stats = await file.stat();
    if (stats.isFile()) return { file, sizeBytes: stats.size };
    await file.close();
  } catch (cause) {
    throw new ModelError('checkpoint-missing', `${path} can't be read: ${toMessage(cause)}`, { cause });
  }
  throw new ModelError('checkpoint-missing', `${path} is not a file: give the file of a checkpoint`);
}
