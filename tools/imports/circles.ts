/** A file and the files that it imports, as paths from the project's root. */
export interface ImportingFile {
  readonly path: string;
  readonly imports: readonly string[];
}

/** Children of one folder that import each other, and an import for each step around. */
export interface Circle {
  /** The folder, or `.` for the root. */
  readonly folder: string;
  readonly steps: readonly { readonly from: string; readonly to: string }[];
}

/**
 * Finds circles among the children of each folder. A child is a file, or a subfolder with everything below it.
 *
 * dependency-cruiser's rules with `scope: 'folder'` compare the folders that directly contain the files. They miss
 * `a/x.ts` → `b/below/y.ts`, `b/z.ts` → `a/x.ts`, where no file and no single folder is part of a circle.
 */
export function circlesOf(files: readonly ImportingFile[]): Circle[] {
  const folders = new Map<string, Map<string, Map<string, Circle['steps'][number]>>>();
  for (const { path, imports } of files) {
    for (const imported of imports) {
      const { folder, child, other } = fork(path, imported);
      if (child === other) continue;
      const children = entry(folders, folder, () => new Map());
      const targets = entry(children, child, () => new Map());
      if (!targets.has(other)) targets.set(other, { from: path, to: imported });
    }
  }
  return [...folders].flatMap(([folder, children]) => {
    const steps = circleAmong(children);
    return steps === undefined ? [] : [{ folder, steps }];
  });
}

/** The deepest common folder of two paths, and its child on each path. */
function fork(path: string, imported: string): { folder: string; child: string; other: string } {
  const [left, right] = [path.split('/'), imported.split('/')];
  let depth = 0;
  while (depth < left.length - 1 && depth < right.length - 1 && left[depth] === right[depth]) depth++;
  return { folder: left.slice(0, depth).join('/') || '.', child: left[depth] ?? '', other: right[depth] ?? '' };
}

/** The first circle that a depth-first search meets. */
function circleAmong<T>(children: ReadonlyMap<string, ReadonlyMap<string, T>>): T[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const steps: T[] = [];
  const visit = (child: string): T[] | undefined => {
    const start = path.indexOf(child);
    if (start >= 0) return steps.slice(start);
    if (done.has(child)) return undefined;
    path.push(child);
    for (const [other, step] of children.get(child) ?? []) {
      steps.push(step);
      const circle = visit(other);
      if (circle !== undefined) return circle;
      steps.pop();
    }
    path.pop();
    done.add(child);
    return undefined;
  };
  for (const child of children.keys()) {
    const circle = visit(child);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
