import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8192);
let digits = '';
let used = 0;

/**
 * Random bytes from the system's generator as hexadecimal digits, two digits for each byte, at most 8192 bytes.
 * Thousands of bytes are drawn and converted at once, because each draw costs some 10 µs.
 */
export function randomHex(bytes: number): string {
  if (used + bytes * 2 > digits.length) {
    digits = randomFillSync(pool).toString('hex');
    used = 0;
  }
  const from = used;
  used += bytes * 2;
  return digits.slice(from, used);
}
