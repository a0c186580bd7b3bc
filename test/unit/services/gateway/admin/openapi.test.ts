import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Mesh, openMesh } from './mesh.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

let mesh: Mesh;
let document: Document;
beforeEach(async () => {
  mesh = openMesh();
  document = (await mesh.get<Document>('/openapi.json')).body;
});
afterEach(() => mesh.close());

const ajv = () => addFormats.default(new Ajv2020({ strict: true, strictRequired: false }));
const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

describe('GET /admin/openapi.json', () => {
  it('has every route that the router has, and no other', () => {
    const served = mesh.routes.routes.map(
      ({ method, path }) => `${method.toLowerCase()} /admin${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    expect(operations().map(({ method, path }) => `${method} ${path}`)).toEqual(served);
    expect(served.length).toBeGreaterThan(5);
  });

  it('has valid schemas, whole sentences, an id for each operation, and each parameter of a path', () => {
    expect(document.openapi).toBe('3.1.1');
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations()) {
      expect(operation.summary).toMatch(/^[A-Z].*\.$/);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(operation.parameters.filter((each) => each.in === 'path').map(({ name }) => name)).toEqual(inPath);
      for (const { schema } of operation.parameters) expect(() => ajv().compile(schema)).not.toThrow();
      for (const { content = {} } of [operation.requestBody ?? {}, ...Object.values(operation.responses)]) {
        for (const { schema } of Object.values(content)) {
          if (!('$ref' in schema)) expect(() => ajv().compile(schema)).not.toThrow();
        }
      }
    }
  });

  it('says what the routes answer', async () => {
    const { id, contextId } = await mesh.createTask();
    await mesh.completeTask({ id, contextId });
    await mesh.quarantine.put('no', '{}');
    for (const [path, actual] of [
      ['/agents', '/agents'],
      ['/tasks', '/tasks'],
      ['/tasks/{id}', `/tasks/${id}`],
      ['/quarantine', '/quarantine'],
    ] as const) {
      const schema = document.paths[`/admin${path}`]?.get?.responses['200']?.content?.['application/json']?.schema;
      const check = ajv().compile(schema ?? false);
      const { body } = await mesh.get(actual);
      expect(check(body), JSON.stringify(check.errors)).toBe(true);
    }
    const error = ajv().compile(document.components.schemas.Error ?? false);
    expect(error((await mesh.get('/tasks/none')).body)).toBe(true);
  });
});
