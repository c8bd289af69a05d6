import { existsSync } from 'node:fs';
import koffi, { type LibraryHandle } from 'koffi';

const FOLDER = '/usr/lib/chromium';
/** Vulkan without a card, as Debian's chromium brings it. */
const DRIVER = `${FOLDER}/vk_swiftshader_icd.json`;
const LOADER = `${FOLDER}/libvulkan.so.1`;

/** Why tests on a card can't run here; undefined: they can. */
export const missingCard =
  existsSync(DRIVER) && existsSync(LOADER) ? undefined : `no ${DRIVER}: install Debian's chromium`;

/** koffi closes a library that nobody holds any more. */
const held: LibraryHandle[] = [];

/** From now on this process finds a card, in software. */
export function useSwiftShader(): void {
  process.env.VK_ICD_FILENAMES = DRIVER;
  // Under the name by which others then ask for it.
  held.push(koffi.load(LOADER));
}
