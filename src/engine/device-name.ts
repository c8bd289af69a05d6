// What may run the model, by the names that people give it.

export const deviceNames = ['auto', 'cpu', 'webgpu', 'cuda'] as const;

/** `auto`: a card if there is one that the model has a graph for, else the processor. */
export type DeviceName = (typeof deviceNames)[number];

export function isDeviceName(text: string): text is DeviceName {
  return deviceNames.some((name) => name === text);
}
