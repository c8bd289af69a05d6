import { type DeviceName, deviceNames, isDeviceName } from '../engine/device-name.ts';
import { UsageError } from '../errors.ts';

/** As an option, if it was given. Throws UsageError. */
export function toDeviceOption(text: string | undefined): { readonly device?: DeviceName } {
  if (text === undefined) return {};
  if (isDeviceName(text)) return { device: text };
  throw new UsageError(`--device is "${text}", expected ${deviceNames.join(', ')}`);
}
