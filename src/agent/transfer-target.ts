// Where a caller can be put through to: a number, an address of SIP, a client of the telephone network. Pure.

export type TransferTarget =
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'sip'; readonly uri: string }
  /** An app or a browser that is registered there under the name. */
  | { readonly kind: 'client'; readonly name: string };

/** Undefined: none of these. */
export function toTransferTarget(to: string): TransferTarget | undefined {
  const text = to.trim();
  if (/^sips?:[^\s<>"]+$/i.test(text)) return { kind: 'sip', uri: text };
  const [, name] = /^client:([^\s<>":]+)$/i.exec(text) ?? [];
  if (name !== undefined) return { kind: 'client', name };
  const isNumber = /^\+?[\d\s().*#-]+$/.test(text) && /\d/.test(text);
  return isNumber ? { kind: 'number', number: text } : undefined;
}
