import { packagePath } from '../package-path.ts';

/** The agent modules that come with the package, the first of them the one that answers by default. */
export function exampleAgents(): readonly string[] {
  return ['restaurant', 'clinic', 'coffee', 'front-desk'].map((name) => packagePath(`agents/${name}.ts`));
}
