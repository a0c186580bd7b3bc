import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Leases } from '#shared/ports/leases.ts';

export interface LeasesSubject {
  readonly leases: Leases;
  /** Lets seconds pass. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** What all Leases do. */
export function leasesContract(subjectName: string, open: () => Promise<LeasesSubject>): void {
  describe(`Leases: ${subjectName}`, () => {
    let subject: LeasesSubject;
    let leases: Leases;
    let name: string;

    beforeEach(async () => {
      subject = await open();
      leases = subject.leases;
      name = `lease-${randomUUID()}`;
    });
    afterEach(() => subject.close());

    it('gives a lease to one owner, who may take it again', async () => {
      expect(await leases.take(name, 'a', 60_000)).toBe(true);
      expect(await leases.take(name, 'b', 60_000)).toBe(false);
      expect(await leases.take(name, 'a', 60_000)).toBe(true);
      expect(await leases.take(`${name}-other`, 'b', 60_000)).toBe(true);
    });

    it('gives it to one of many who ask at once', async () => {
      const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((owner) => leases.take(name, owner, 60_000)));
      expect(answers.filter((answer) => answer)).toHaveLength(1);
    });

    it('gives it to another when its time is over, and not before', async () => {
      await leases.take(name, 'a', 2_000);
      expect(await leases.take(name, 'b', 2_000)).toBe(false);
      await subject.pass(3);
      expect(await leases.take(name, 'b', 60_000)).toBe(true);
      expect(await leases.take(name, 'a', 60_000)).toBe(false);
    });

    it('begins its time anew when its owner takes it again', async () => {
      await leases.take(name, 'a', 2_000);
      await leases.take(name, 'a', 60_000);
      await subject.pass(3);
      expect(await leases.take(name, 'b', 60_000)).toBe(false);
    });

    it('is freed by its owner alone', async () => {
      await leases.release(name, 'a');
      await leases.take(name, 'a', 60_000);
      await leases.release(name, 'b');
      expect(await leases.take(name, 'b', 60_000)).toBe(false);
      await leases.release(name, 'a');
      expect(await leases.take(name, 'b', 60_000)).toBe(true);
    });
  });
}
