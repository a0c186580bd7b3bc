import { afterAll } from 'vitest';
import { streamCases } from '#test/e2e/cases/streams.ts';
import { testedStack } from '../support/stack.ts';

const { mesh, place } = await testedStack();
afterAll(() => mesh.close());

streamCases(() => mesh, place);
