import { type ByteSource, damaged } from '../../src/import/checkpoint/byte-source.ts';

/** `bytes` as if they were the file at `path`. */
export function bytesInMemory(path: string, bytes: Uint8Array): ByteSource {
  return {
    path,
    sizeBytes: bytes.length,
    close: async () => undefined,
    async read(offsetBytes, lengthBytes) {
      const endBytes = offsetBytes + lengthBytes;
      if (offsetBytes < 0 || lengthBytes < 0 || endBytes > bytes.length)
        throw damaged(path, `it has ${bytes.length} bytes, too few for ${lengthBytes} from byte ${offsetBytes} on`);
      return new Uint8Array(bytes.subarray(offsetBytes, endBytes));
    },
  };
}
