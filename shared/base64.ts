/**
 * Whether protobuf's JSON readers take a text as bytes: Base64 of either alphabet (RFC 4648 §4, §5), with or without padding.
 * A mix of the alphabets is refused, because Go refuses it.
 */
export function isProtoBase64(text: string): boolean {
  const length = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length;
  if (length % 4 === 1 || (length < text.length && text.length % 4 !== 0)) return false;
  return /^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/.test(text);
}
