import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Reads SQLite's write-ahead log after a crash (https://sqlite.org/fileformat2.html#the_write_ahead_log). SQLite
 * applies the frames before the first damaged frame and ignores the rest without an error. After a crash the rest is
 * normally the end of an unacknowledged write. This module finds the cases where the rest contains a commit.
 */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const CHECKED_HEADER_BYTES = 24;
const CHECKED_FRAME_HEADER_BYTES = 8;
/** Offset in a frame's header. A transaction's last frame has the size of the database there; other frames have 0. */
const COMMIT = 4;
/** The last bit tells the byte order of the words in the checksums. */
const MAGIC = 0x377f0682;

type Checksum = readonly [number, number];

export interface LeftLog {
  /** Damaged: SQLite ignores the whole log, so the commits since the last checkpoint are lost. */
  readonly header: 'whole' | 'damaged';
  /**
   * Counts the frames behind a damaged frame, if they contain a commit. SQLite ignored them. A power cut may leave such
   * frames of a write that was not synced, because a disk does not write in order. `kill -9` cannot. A write that was
   * rolled back, for example on a full disk, also leaves frames there, but no commit.
   *
   * @param taken the number of frames that SQLite applied
   */
  framesLeftOut(taken: number): number;
}

/** The log that the last process left. Undefined: the log has no frames. */
export function readLeftLog(file: string): LeftLog | undefined {
  return withFile(file, (descriptor, size) => {
    if (size === 0) return undefined;
    const header = read(descriptor, 0, HEADER_BYTES);
    // The header is synced before the first frame is written. Only a header without frames may be damaged by a crash.
    if (size <= HEADER_BYTES) return undefined;
    const whole = isHeader(header);
    return { header: whole ? 'whole' : 'damaged', framesLeftOut: (taken) => (whole ? countLeftOut(file, taken) : 0) };
  });
}

function countLeftOut(file: string, taken: number): number {
  const count = withFile(file, (descriptor, size) => {
    const header = read(descriptor, 0, HEADER_BYTES);
    const bigEndian = isBigEndian(header);
    const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(8);
    const frames = Math.floor((size - HEADER_BYTES) / frameBytes);
    const frameAt = (index: number, length: number) => read(descriptor, HEADER_BYTES + index * frameBytes, length);
    const isOfThisLog = (frame: Buffer) => frame.subarray(8, 16).equals(header.subarray(16, 24));

    let sum = taken === 0 ? checksumIn(header, 24) : checksumIn(frameAt(taken - 1, FRAME_HEADER_BYTES), 16);
    let index = taken;
    // Undamaged frames that SQLite ignored belong to a write without a commit. No caller got its acknowledgement.
    for (; index < frames; index++) {
      const frame = frameAt(index, frameBytes);
      sum = checksum(frame.subarray(0, CHECKED_FRAME_HEADER_BYTES), bigEndian, sum);
      sum = checksum(frame.subarray(FRAME_HEADER_BYTES), bigEndian, sum);
      if (!isOfThisLog(frame) || !equal(sum, checksumIn(frame, 16))) break;
    }
    let left = 0;
    let committed = false;
    for (let behind = index + 1; behind < frames; behind++) {
      const frame = frameAt(behind, FRAME_HEADER_BYTES);
      if (!isOfThisLog(frame)) continue;
      left++;
      committed ||= frame.readUInt32BE(COMMIT) !== 0;
    }
    return committed ? left : 0;
  });
  return count ?? 0;
}

function isHeader(header: Buffer): boolean {
  const known = (header.readUInt32BE(0) & ~1) === MAGIC;
  return (
    known && equal(checksum(header.subarray(0, CHECKED_HEADER_BYTES), isBigEndian(header)), checksumIn(header, 24))
  );
}

function isBigEndian(header: Buffer): boolean {
  return (header.readUInt32BE(0) & 1) === 1;
}

function checksum(bytes: Buffer, bigEndian: boolean, [first, second]: Checksum = [0, 0]): Checksum {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let [a, b] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + view.getUint32(at, !bigEndian) + b) >>> 0;
    b = (b + view.getUint32(at + 4, !bigEndian) + a) >>> 0;
  }
  return [a, b];
}

function checksumIn(bytes: Buffer, offset: number): Checksum {
  return [bytes.readUInt32BE(offset), bytes.readUInt32BE(offset + 4)];
}

function equal(left: Checksum, right: Checksum): boolean {
  return left[0] === right[0] && left[1] === right[1];
}

function read(descriptor: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  readSync(descriptor, buffer, 0, length, position);
  return buffer;
}

function withFile<T>(file: string, use: (descriptor: number, size: number) => T | undefined): T | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return use(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}
