import { describe, expect, it } from 'vitest';
import { causedBy, childTraceparent, envelope, traceIdOf } from '#shared/events/envelope.ts';
import { noon } from '#test/support/task-events.ts';

const options = {
  source: 'starling.tasks',
  type: 'TaskRequested.v1',
  correlationId: 'task-1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  now: noon + 7,
};

describe('envelope', () => {
  it('is a CloudEvent with the mesh’s extensions', () => {
    const full = { ...options, subject: 'task-1', dataschema: 'https://example/schema.json', causationId: 'cause' };
    expect(envelope({ a: 1 }, full)).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      source: 'starling.tasks',
      type: 'TaskRequested.v1',
      time: '2026-01-01T12:00:00.007Z',
      subject: 'task-1',
      datacontenttype: 'application/json',
      dataschema: 'https://example/schema.json',
      correlationid: 'task-1',
      causationid: 'cause',
      traceparent: options.traceparent,
      data: { a: 1 },
    });
  });

  it('leaves out what there is not', () => {
    const event = envelope({}, options);
    for (const absent of ['subject', 'dataschema', 'causationid']) expect(event).not.toHaveProperty(absent);
  });

  it('gives each event an id of its own', () => {
    expect(envelope({}, options).id).not.toBe(envelope({}, options).id);
  });

  it('hands correlation and trace on, and itself as the cause', () => {
    const event = envelope({}, { ...options, causationId: 'cause' });
    expect(causedBy(event)).toEqual({
      correlationId: 'task-1',
      causationId: event.id,
      traceparent: options.traceparent,
    });
  });
});

describe('childTraceparent', () => {
  it.each(['00', '01'])('keeps the trace and the flags %s, and makes a span of its own', (flags) => {
    const parent = `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`;
    const child = childTraceparent(parent);
    expect(child).toMatch(new RegExp(`^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-${flags}$`));
    expect(child).not.toBe(parent);
    expect(childTraceparent(parent)).not.toBe(child);
    expect(traceIdOf(child)).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it.each([
    undefined,
    '',
    'nonsense',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    '00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nx: y',
  ])('begins a new trace behind %j', (parent) => {
    const child = childTraceparent(parent);
    expect(child).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(traceIdOf(child)).not.toBe('0af7651916cd43dd8448eb211c80319c');
    expect(traceIdOf(childTraceparent(parent))).not.toBe(traceIdOf(child));
  });
});
