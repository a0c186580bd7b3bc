import type { AddressRange } from './matcher.ts';

const IPV4 = /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/;
const IPV6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/;
/** The longest dotted quad that the JVM under Event Ruler reads. */
const MAX_IPV4_LENGTH = 15;
/** Each octet as two hexadecimal digits. */
const OCTETS: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).toUpperCase().padStart(2, '0'),
);
const IPV4_MAPPED = '00000000000000000000FFFF';

/**
 * The address as upper-case hexadecimal digits, 8 for IPv4 and 32 for IPv6. It is undefined if the text is not an
 * address. The function reads like the JVM under Event Ruler: leading zeros are decimal, and an IPv4-mapped IPv6
 * address is IPv4.
 */
export function addressDigits(text: string): string | undefined {
  if (IPV4.test(text)) return ipv4Digits(text);
  if (IPV6.test(text)) return ipv6Digits(text);
  return undefined;
}

function ipv4Digits(text: string): string | undefined {
  if (text.length > MAX_IPV4_LENGTH) return undefined;
  let digits = '';
  for (const octet of text.split('.')) {
    const hex = OCTETS[Number(octet)];
    if (hex === undefined) return undefined;
    digits += hex;
  }
  return digits;
}

function ipv6Digits(text: string): string | undefined {
  const [head, tail, more] = text.split('::');
  if (head === undefined || more !== undefined) return undefined;
  const left = ipv6Groups(head);
  const right = tail === undefined ? '' : ipv6Groups(tail);
  if (left === undefined || right === undefined) return undefined;
  const missing = 32 - left.length - right.length;
  // "::" stands for at least one group.
  if (tail === undefined ? missing !== 0 : missing < 4) return undefined;
  const digits = left + '0'.repeat(missing) + right;
  return digits.startsWith(IPV4_MAPPED) ? digits.slice(IPV4_MAPPED.length) : digits;
}

function ipv6Groups(text: string): string | undefined {
  if (text === '') return '';
  let digits = '';
  for (const group of text.split(':')) {
    const value = Number.parseInt(group, 16);
    if (Number.isNaN(value) || value > 0xffff) return undefined;
    digits += value.toString(16).padStart(4, '0');
  }
  return digits.toUpperCase();
}

/** The range that contains only this address. */
export function singleAddress(digits: string): AddressRange {
  return { kind: 'address', low: digits, lowOpen: false, high: digits, highOpen: false };
}

/** Reads `10.0.0.0/8` or `2001:db8::/32`. If the text is invalid, it returns the problem as a string. */
export function parseCidr(text: string): AddressRange | string {
  // Trailing slashes are ignored, as Event Ruler does.
  const [address, bits, more] = text.replace(/\/+$/, '').split('/');
  if (address === undefined || bits === undefined || more !== undefined)
    return 'write an address, one "/" and the number of fixed bits';
  if (!/^[+-]?[0-9]+$/.test(bits) || Number(bits) < 0) return 'the fixed bits after "/" must be an integer from 0';
  const digits = addressDigits(address);
  if (digits === undefined) return `"${address}" is not an IPv4 or IPv6 address`;
  const fixed = Number(bits);
  const width = digits.length * 4;
  if (fixed >= width)
    return `an ${width === 32 ? 'IPv4' : 'IPv6'} range has at most ${width - 1} fixed bits; write a single address as a plain string`;
  const free = (1n << BigInt(width - fixed)) - 1n;
  const value = BigInt(`0x${digits}`);
  const hex = (bound: bigint) => bound.toString(16).toUpperCase().padStart(digits.length, '0');
  return { kind: 'address', low: hex(value & ~free), lowOpen: false, high: hex(value | free), highOpen: false };
}

/**
 * Whether the digits lie in the range. Digits of the other family, or a number's text, are compared up to their end:
 * Event Ruler reads digit by digit, and matches as soon as a digit lies strictly between the bounds.
 */
export function inAddressRange(range: AddressRange, digits: string): boolean {
  let aboveLow = false;
  let belowHigh = false;
  for (let i = 0; i < range.low.length; i += 1) {
    const digit = digits.charAt(i);
    if (digit === '' || !/[0-9A-F]/.test(digit)) return false;
    if (!aboveLow) {
      if (digit < range.low.charAt(i)) return false;
      aboveLow = digit > range.low.charAt(i);
    }
    if (!belowHigh) {
      if (digit > range.high.charAt(i)) return false;
      belowHigh = digit < range.high.charAt(i);
    }
    if (aboveLow && belowHigh) return true;
  }
  return (aboveLow || !range.lowOpen) && (belowHigh || !range.highOpen);
}
