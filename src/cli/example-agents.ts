import { packagePath } from '../package-path.ts';

/** The agent modules that come with the package, the first of them the one that answers by default. */
export function exampleAgents(): readonly string[] {
  return [packagePath('agents/restaurant.ts'), packagePath('agents/clinic.ts')];
}
