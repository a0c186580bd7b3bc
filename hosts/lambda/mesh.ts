import { startMesh } from './start-mesh.ts';

// The first import of a mesh function's bundle, as agent.ts is of an agent's.
export const host = startMesh(process.env);
