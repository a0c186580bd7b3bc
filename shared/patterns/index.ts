export { type CompiledPattern, compilePattern, parsePattern } from './compile.ts';
export { InvalidPatternError } from './errors.ts';
export { matches } from './matches.ts';
export { PatternIndex } from './pattern-index.ts';
