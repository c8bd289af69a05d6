// The byte-level alphabet of BPE vocabularies: every byte as one printable character, both ways.

import { at } from '../../base/at.ts';

const symbols: string[] = [];
const bytes = new Map<string, number>();
let countShifted = 0;
for (let byte = 0; byte < 256; byte++) {
  const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const symbol = String.fromCharCode(isPrintable ? byte : 256 + countShifted++);
  symbols.push(symbol);
  bytes.set(symbol, byte);
}

export function symbolOfByte(byte: number): string {
  return at(symbols, byte);
}

export function byteOfSymbol(symbol: string): number | undefined {
  return bytes.get(symbol);
}
