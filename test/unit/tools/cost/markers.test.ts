import { describe, expect, it } from 'vitest';
import { filled, MarkersError } from '#tools/cost/markers.ts';

const page = 'before\n<!-- bill -->\nold\n| table |\n<!-- /bill -->\nafter\n';

describe('the markers of docs/cost.md', () => {
  it('hold the table, and keep what stands around them', () => {
    expect(filled(page, new Map([['bill', '| new |']]))).toBe(
      'before\n<!-- bill -->\n| new |\n<!-- /bill -->\nafter\n',
    );
  });

  it('are the same when they are filled again', () => {
    const once = filled(page, new Map([['bill', '| $1 $& |']]));
    expect(once).toContain('| $1 $& |');
    expect(filled(once, new Map([['bill', '| $1 $& |']]))).toBe(once);
  });

  it('a table without a place, and a place without a table, are told', () => {
    expect(() => filled(page, new Map([['prices', 'x']]))).toThrow(MarkersError);
    expect(() =>
      filled(
        page,
        new Map([
          ['bill', 'x'],
          ['prices', 'y'],
        ]),
      ),
    ).toThrow('no markers for prices');
  });
});
