import { expect, it } from 'vitest';
import { parseSubscription } from '#wiring/parse-subscription.ts';
import { resultWarning } from '#wiring/result-pattern.ts';

const warningOf = (pattern: object) => resultWarning('indexer', parseSubscription({ pattern }, 10));

it.each([
  { 'detail-type': ['TaskArtifact.v1'] },
  { 'detail-type': [{ prefix: 'TaskArtifact' }] },
  { source: ['starling.agents.echo'], 'detail-type': ['TaskArtifact.v1', 'TaskRequested.v1'] },
  { $or: [{ 'detail-type': ['TaskArtifact.v1'] }, { 'detail-type': ['TaskRequested.v1'] }] },
])('a pattern that takes artifacts and no status misses results: %j', (pattern) => {
  expect(warningOf(pattern)).toMatch(/^The function indexer .*subscribe to TaskStatusChanged\.v1/);
});

it.each([
  { 'detail-type': ['TaskArtifact.v1', 'TaskStatusChanged.v1'] },
  { 'detail-type': ['TaskStatusChanged.v1'] },
  { 'detail-type': [{ prefix: 'Task' }] },
  { 'detail-type': [{ 'anything-but': 'TaskRequested.v1' }] },
  { source: ['starling.agents.echo'] },
  { 'detail-type': ['OrderPlaced.v1'] },
  { $or: [{ 'detail-type': ['TaskArtifact.v1'] }, { 'detail-type': ['TaskStatusChanged.v1'] }] },
])('no warning for %j', (pattern) => {
  expect(warningOf(pattern)).toBeUndefined();
});
