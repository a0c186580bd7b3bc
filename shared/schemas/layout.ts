import type { Problem } from './problems.ts';
import { baseId, commonFolder, type SchemaFile, type SchemaSet, whereIs } from './schema.ts';

const eventPath = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*\/[A-Z][A-Za-z0-9]*\.v[1-9][0-9]*\.json$/;
const commonPath = new RegExp(`^${commonFolder}/[a-z][a-z0-9-]*\\.v[1-9][0-9]*\\.json$`);
const definitionName = /^[A-Z][A-Za-z0-9]*$/;

/** Holds a file to its place: its path says source, name and major version, and its `$id` says the same. */
export function checkFile(set: SchemaSet, file: SchemaFile): Problem[] {
  const { path, schema } = file;
  const at = (pointer: string) => whereIs(set, { path, pointer });
  const isCommon = path.startsWith(`${commonFolder}/`);
  if (!(isCommon ? commonPath : eventPath).test(path)) {
    return [
      {
        where: at(''),
        message: `Name it ${isCommon ? `${commonFolder}/name.v1.json` : 'my.source/MyEvent.v1.json (the source, then the detail-type)'}.`,
      },
    ];
  }
  const problems: Problem[] = [];
  const expect = (holds: boolean, pointer: string, message: string) => {
    if (!holds) problems.push({ where: at(pointer), message });
  };
  expect(schema.$id === baseId + path, '/$id', `Write "$id": "${baseId}${path}", which is where the file stands.`);
  expect(Boolean(schema.title && schema.description), '', 'Give the file a title and a description.');
  for (const name of Object.keys(schema.$defs ?? {})) {
    expect(
      definitionName.test(name),
      `/$defs/${name}`,
      'Name a definition like a type: PascalCase letters and digits.',
    );
  }
  if (isCommon) {
    expect(schema.$defs !== undefined && schema.type === undefined, '', `A file in ${commonFolder}/ holds only $defs.`);
  } else {
    expect(schema.type === 'object' || schema.$ref !== undefined, '/type', 'The data of an event is an object.');
  }
  return problems;
}
