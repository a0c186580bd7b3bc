import { hash } from 'node:crypto';
import { isExactObject, parseExact, withMember } from '#shared/exact-json.ts';
import { type BlobStore, BlobTooLargeError } from '#shared/ports/blob-store.ts';
import { ClaimGoneError, ClaimRefusedError } from './errors.ts';
import { outline } from './outline.ts';

export interface ClaimCheckOptions {
  readonly blobs: BlobStore;
  /** The bucket's name, which stands in references. */
  readonly bucket: string;
}

/**
 * Carries events by reference that are larger than their bus or stream takes (the claim check pattern).
 *
 * A CloudEvent keeps its attributes and gets two: `dataref`, where its whole `data` is
 * (https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/dataref.md), and `datapartial: true`, which says
 * that the `data` beside it is an outline, left there for rules to match on: the extension alone would have both be the
 * same. A detail that has no `data`, or is too large without it, is carried as a whole in the same way, by `detailref`.
 *
 * A blob's key is made of the event's source and the hash of its bytes. So publishing again writes the same blob; a
 * reference tells whether what it finds is what was written; and since EventBridge lets an agent put under its own source
 * only, and its role write blobs only below it, no event can claim another source's data.
 */
export class ClaimCheck {
  readonly #blobs: BlobStore;
  readonly #base: string;

  constructor({ blobs, bucket }: ClaimCheckOptions) {
    this.#blobs = blobs;
    this.#base = `s3://${bucket}/`;
  }

  /**
   * Puts away what makes a detail larger than `limit` bytes, durably, and returns the detail that refers to it.
   *
   * @param source the event's source
   * @param detail a JSON object as text
   * @throws SyntaxError, RangeError when it is not JSON, or too deep; BlobTooLargeError
   */
  async checkIn(source: string, detail: string, limit: number): Promise<string> {
    const { data, dataref, ...attributes } = parseExact(detail) as { readonly [name: string]: unknown };
    // A producer's own reference must come back with the event.
    if (isExactObject(data) && dataref === undefined) {
      const made = { ...attributes, datapartial: true, data: outline(data) };
      const reference = this.#referenceTo(source, JSON.stringify(data));
      const smaller = JSON.stringify({ ...made, dataref: reference.uri });
      if (Buffer.byteLength(smaller) <= limit) {
        await this.#blobs.put(reference.key, reference.bytes);
        return smaller;
      }
    }
    const { uri, key, bytes } = this.#referenceTo(source, detail);
    await this.#blobs.put(key, bytes);
    return JSON.stringify({ ...outline({ ...attributes, data }), datapartial: true, detailref: uri });
  }

  /**
   * Gives an event its data back.
   *
   * @param body the event as rules deliver it, as JSON; whatever else it is comes back as it is, for its consumer to judge
   * @throws ClaimError where the data cannot be had for good; AwsError where the store does not answer
   */
  async redeemEvent(body: string): Promise<string> {
    if (!mayRefer(body)) return body;
    const event = parseOrUndefined(body);
    if (!isExactObject(event) || !isExactObject(event.detail) || typeof event.source !== 'string') return body;
    const whole = await this.#redeem(event.source, event.detail);
    if (whole === undefined) return body;
    const { detail: _, ...envelope } = event;
    return withMember(envelope, 'detail', whole);
  }

  /** The same for a record of a stream, which is a CloudEvent by itself. */
  async redeemRecord(data: Uint8Array): Promise<Uint8Array> {
    const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
    if (!mayRefer(text)) return data;
    const event = parseOrUndefined(text);
    if (!isExactObject(event) || typeof event.source !== 'string') return data;
    const whole = await this.#redeem(event.source, event);
    return whole === undefined ? data : Buffer.from(whole);
  }

  /** The whole detail as JSON, or undefined where it refers to nothing of ours. */
  async #redeem(source: string, detail: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    const { dataref, detailref, datapartial, ...attributes } = detail;
    const uri = dataref ?? detailref;
    if (typeof uri !== 'string') return undefined;
    if (!uri.startsWith(this.#base)) {
      // A producer's own reference to a place of its own. It is the consumer's; fetching it here would let any event make
      // this role read or call whatever it names.
      if (datapartial !== true) return undefined;
      throw new ClaimRefusedError(`it is only a part, and the rest is not in ${this.#base}`);
    }
    const text = await this.#fetch(source, uri);
    if (dataref === undefined) return text;
    const { data: _, ...rest } = attributes;
    return withMember(rest, 'data', text);
  }

  async #fetch(source: string, uri: string): Promise<string> {
    const key = uri.slice(this.#base.length);
    const folder = folderOf(source);
    const digest = key.slice(folder.length);
    if (!key.startsWith(folder) || !/^[0-9a-f]{64}$/.test(digest)) {
      throw new ClaimRefusedError(`its reference names what is not of its source ${source}`);
    }
    const bytes = await this.#blobs.get(key).catch((error: unknown) => {
      if (error instanceof BlobTooLargeError) throw new ClaimRefusedError(error.message);
      throw error;
    });
    if (bytes === undefined) throw new ClaimGoneError(uri);
    if (hash('sha256', bytes) !== digest) throw new ClaimRefusedError('it is not what the reference was made for');
    const text = Buffer.from(bytes).toString();
    // It is set into the event as text: what is no JSON value of its own could close the detail and forge the envelope.
    if (parseOrUndefined(text) === undefined) throw new ClaimRefusedError('it is not JSON');
    return text;
  }

  #referenceTo(source: string, text: string): { uri: string; key: string; bytes: Uint8Array } {
    const bytes = Buffer.from(text);
    const key = `${folderOf(source)}${hash('sha256', bytes)}`;
    return { uri: `${this.#base}${key}`, key, bytes };
  }
}

/**
 * The part of the bucket that is a source's: `events/starling.agents.echo/`, so that an agent's role can be held to its
 * own. A source of other letters has its hash instead, behind a sign that no source in clear begins with.
 */
function folderOf(source: string): string {
  const clear = /^[A-Za-z0-9][A-Za-z0-9.-]{0,255}$/.test(source);
  return `events/${clear ? source : `_${hash('sha256', source)}`}/`;
}

function mayRefer(json: string): boolean {
  return json.includes('"dataref"') || json.includes('"detailref"');
}

function parseOrUndefined(json: string): unknown {
  try {
    return parseExact(json);
  } catch {
    return undefined;
  }
}
