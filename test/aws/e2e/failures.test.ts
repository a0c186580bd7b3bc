import { afterAll } from 'vitest';
import { failureCases } from '#test/e2e/cases/failures.ts';
import { testedStack } from '../support/stack.ts';

const { mesh, place } = await testedStack();
afterAll(() => mesh.close());

failureCases(() => mesh, place);
