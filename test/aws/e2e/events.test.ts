import { afterAll } from 'vitest';
import { eventCases } from '#test/e2e/cases/events.ts';
import { testedStack } from '../support/stack.ts';

const { mesh } = await testedStack();
afterAll(() => mesh.close());

eventCases(() => mesh);
