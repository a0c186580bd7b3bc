import { randomFillSync } from 'node:crypto';

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const pool = new Uint8Array(8192);
let used = pool.length;

/** A byte from the system's generator. They are drawn by the thousand, as each draw costs some 10 µs. */
export function randomByte(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool[used++] as number;
}

/** Random bytes as hexadecimal digits, two to a byte. */
export function randomHex(bytes: number): string {
  let text = '';
  for (let i = 0; i < bytes; i++) text += hex[randomByte()];
  return text;
}
