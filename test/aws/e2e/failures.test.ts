import { afterAll, beforeAll } from 'vitest';
import { failureCases } from '#test/e2e/cases/failures.ts';
import { testedStack } from '../support/stack.ts';

const { mesh, place } = await testedStack();
beforeAll(() => mesh.listen());
afterAll(() => mesh.close());

failureCases(() => mesh, place);
