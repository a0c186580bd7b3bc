import { hash } from 'node:crypto';
import { parseSpelled, withMember } from '#shared/exact-json.ts';
import { isObject } from '#shared/objects.ts';
import { type BlobStore, BlobTooLargeError } from '#shared/ports/blob-store.ts';
import { ClaimGoneError, ClaimRefusedError } from './errors.ts';
import { outline } from './outline.ts';

export interface ClaimCheckOptions {
  readonly blobs: BlobStore;
  /** The bucket's name. References contain it. */
  readonly bucket: string;
}

/**
 * Carries events by reference when they are larger than their bus or stream takes (the claim check pattern).
 *
 * A CloudEvent keeps its attributes and gets two: `dataref`, where its whole `data` is
 * (https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/dataref.md), and `datapartial: true`, which says
 * that the `data` beside it is only an outline for rules to match on. The extension alone would require both to be the
 * same. If a detail has no `data`, or is too large without it, the whole detail is carried in the same way, by
 * `detailref`.
 *
 * A blob's key is made of the event's source and the hash of its bytes. So publishing again writes the same blob, and a
 * reader can check that the blob is the written one. An agent can put events only under its own source, and its role
 * can write blobs only below that source. So no event can claim another source's data.
 */
export class ClaimCheck {
  readonly #blobs: BlobStore;
  readonly #base: string;

  constructor({ blobs, bucket }: ClaimCheckOptions) {
    this.#blobs = blobs;
    this.#base = `s3://${bucket}/`;
  }

  /**
   * If a detail is larger than `limit` bytes, stores its data durably and returns a detail that refers to the data.
   *
   * @param source the event's source
   * @param detail a JSON object as text
   * @throws SyntaxError when it is not JSON; RangeError when it is nested too deep; BlobTooLargeError
   */
  async checkIn(source: string, detail: string, limit: number): Promise<string> {
    const { data, dataref, ...attributes } = parseSpelled(detail) as { readonly [name: string]: unknown };
    // A producer's own reference must come back with the event.
    if (isObject(data) && dataref === undefined) {
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
   * @param body the event as rules deliver it, as JSON. Any other text comes back unchanged; its consumer judges it.
   * @throws ClaimError when the data will never be available; AwsError when the store does not answer
   */
  async redeemEvent(body: string): Promise<string> {
    if (!mayRefer(body)) return body;
    const event = parseOrUndefined(body);
    if (!isObject(event) || !isObject(event.detail) || typeof event.source !== 'string') return body;
    const whole = await this.#redeem(event.source, event.detail);
    if (whole === undefined) return body;
    const { detail: _, ...envelope } = event;
    return withMember(envelope, 'detail', whole);
  }

  /** The same for a record of a stream. Such a record is itself a CloudEvent. */
  async redeemRecord(data: Uint8Array): Promise<Uint8Array> {
    const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
    if (!mayRefer(text)) return data;
    const event = parseOrUndefined(text);
    if (!isObject(event) || typeof event.source !== 'string') return data;
    const whole = await this.#redeem(event.source, event);
    return whole === undefined ? data : Buffer.from(whole);
  }

  /** The whole detail as JSON. Undefined when it has no reference of ours. */
  async #redeem(source: string, detail: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    const { dataref, detailref, datapartial, ...attributes } = detail;
    const uri = dataref ?? detailref;
    if (typeof uri !== 'string') return undefined;
    if (!uri.startsWith(this.#base)) {
      // A producer's own reference is for the consumer. If it were fetched here, any event could make this role read or
      // call any address.
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
    // The text is inserted into the event. A text that is not one JSON value could close the detail and forge the
    // envelope.
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
 * The folder of a source in the bucket: `events/starling.agents.echo/`. So an agent's role can be limited to its own
 * folder. A source with other characters has its hash instead, behind a character that no plain source begins with.
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
    return parseSpelled(json);
  } catch {
    return undefined;
  }
}
