/**
 * Deletes files of installed packages that nothing here reads. npm runs it at the end of `npm ci` (`prepare`), and the
 * Dockerfile runs it. It is JavaScript and avoids new parts of Node, because in an installation without development packages
 * it runs with the Node of the machine.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const packages = path.join(root, 'node_modules');
const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const own = new Set(Object.keys({ ...dependencies, ...devDependencies }));
const isProduction = !existsSync(path.join(packages, 'typescript'));

const sourceMap = /\.([cm]?[jt]s|css)\.map$/;
const typeDeclaration = /\.d\.[cm]?ts$/;
/** The C++ headers of the package `node` have 67 MB. They serve to compile add-ons, and the project has none. */
const headers = /^node\/node_modules\/node-[^/]+\/include\//;
const awsClient = /^(@aws-sdk\/client-[^/]+)\//;

/** @param {string} file its path in node_modules, with slashes */
function isUnread(file) {
  if (sourceMap.test(file) || headers.test(file)) return true;
  if (!typeDeclaration.test(file)) return false;
  // Only the code of other packages uses the AWS clients that package.json does not name.
  const client = awsClient.exec(file)?.[1];
  return isProduction || (client !== undefined && !own.has(client));
}

/**
 * The cache is no package. Tests keep archives in it and read their source maps.
 *
 * @param {string} folder its path in node_modules
 */
function isCache(folder) {
  return folder === '.cache';
}

/**
 * @param {string} folder its path in node_modules, with slashes and one at its end
 * @returns {boolean} whether the folder is empty now
 */
function trim(folder) {
  let left = 0;
  for (const entry of readdirSync(path.join(packages, folder), { withFileTypes: true })) {
    const name = folder + entry.name;
    const isGone = entry.isDirectory() ? !isCache(name) && trim(`${name}/`) : entry.isFile() && isUnread(name);
    if (isGone) rmSync(path.join(packages, name), { recursive: true });
    else left += 1;
  }
  return left === 0;
}

if (existsSync(packages)) trim('');
