import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const ignored = ['node_modules', '.venv', 'build', 'coverage'];
const pages = globSync('**/*.md', {
  cwd: root,
  exclude: (name) => ignored.includes(name) || /^\.\w/.test(name),
}).sort();

/** Every link of a page to a file of the project, without links in code. */
function linksOf(page: string): string[] {
  const text = readFileSync(path.join(root, page), 'utf8').replaceAll(/^```.*?^```/gms, '');
  const prose = text.replaceAll(/`[^`]*`/g, '`code`');
  return Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link).filter((link) => !/^\w+:/.test(link));
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(file, 'utf8')
    .replaceAll(/^```.*?^```/gms, '')
    .matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the links of the docs', () => {
  it.each(pages)('%s has no link without a target', (page) => {
    const broken = linksOf(page).filter((link) => {
      const [name = '', anchor] = link.split('#');
      const file = name === '' ? path.join(root, page) : path.resolve(root, path.dirname(page), name);
      if (!existsSync(file)) return true;
      return anchor !== undefined && (!statSync(file).isFile() || !anchorsOf(file).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('lead from the index to every page', () => {
    const index = new Set(linksOf('docs/README.md').map((link) => path.posix.join('docs', link.replace(/#.*/, ''))));
    for (const link of linksOf('docs/decisions/README.md')) index.add(path.posix.join('docs/decisions', link));
    const docs = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(docs.filter((page) => !index.has(page))).toEqual([]);
  });
});
