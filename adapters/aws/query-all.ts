import { type DynamoDBDocumentClient, paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { calling } from './errors.ts';

/** All pages of a query. Use it only where the result is small. */
export async function queryAll(
  documents: DynamoDBDocumentClient,
  query: QueryCommandInput & { readonly TableName: string },
): Promise<{ readonly items: readonly Record<string, unknown>[]; readonly count: number }> {
  return calling({ action: 'dynamodb:Query', resource: `the table ${query.TableName}` }, async () => {
    const items: Record<string, unknown>[] = [];
    let count = 0;
    for await (const page of paginateQuery({ client: documents }, query)) {
      for (const item of page.Items ?? []) items.push(item);
      count += page.Count ?? 0;
    }
    return { items, count };
  });
}
