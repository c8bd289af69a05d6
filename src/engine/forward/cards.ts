// Which cards this machine has, as Vulkan tells. Takes nothing, gives names.
import koffi, { type LibraryHandle } from 'koffi';

export interface GraphicsCard {
  readonly name: string;
  /** Of its driver, as the driver counts. */
  readonly driverVersion: string;
  readonly memoryBytes: number;
  /** Computed by the processor: slower than the model on the processor. */
  readonly isSoftware: boolean;
}

export interface FoundCards {
  /** The fastest kind first. */
  readonly cards: readonly GraphicsCard[];
  /** Why there are none; undefined where there are some. */
  readonly missing?: string;
}

const loaders: Readonly<Record<string, string>> = { linux: 'libvulkan.so.1', win32: 'vulkan-1.dll' };

const CREATE_INFO_TYPE = 1;
const CREATE_INFO_BYTES = 64;
const PROPERTIES_BYTES = 1024;
const NAME_OFFSET = 20;
const NAME_BYTES = 256;
const MEMORY_BYTES = 1024;
const COUNT_HEAPS_OFFSET = 260;
const HEAPS_OFFSET = 264;
const HEAP_BYTES = 16;
const DEVICE_LOCAL = 1;
const MAX_CARDS = 16;
const NVIDIA = 0x10de;

/** By Vulkan's number for the kind: the better the earlier. */
const rankOf = [4, 1, 0, 2, 3];
const PROCESSOR = 4;

/** koffi closes a library that nobody holds any more. */
const held: LibraryHandle[] = [];
let found: FoundCards | undefined;

/** Asked once. On macOS every machine has a card, which Vulkan does not know. */
export function findCards(): FoundCards {
  found ??= find();
  return found;
}

function find(): FoundCards {
  if (process.platform === 'darwin')
    return { cards: [{ name: 'Metal', driverVersion: 'of the system', memoryBytes: 0, isSoftware: false }] };
  const loader = loaders[process.platform];
  if (loader === undefined) return { cards: [], missing: `cards are not known on ${process.platform}` };
  try {
    const cards = ask(loader);
    return cards.length > 0 ? { cards } : { cards, missing: 'Vulkan knows no card: install the driver of the card' };
  } catch {
    return {
      cards: [],
      missing: `${loader} can't be loaded: install Vulkan's loader (Debian: apt install libvulkan1)`,
    };
  }
}

/** Throws where there is no loader. */
function ask(loader: string): GraphicsCard[] {
  const library = koffi.load(loader);
  held.push(library);
  const create = library.func('int vkCreateInstance(void*, void*, _Out_ void**)');
  const destroy = library.func('void vkDestroyInstance(void*, void*)');
  const enumerate = library.func('int vkEnumeratePhysicalDevices(void*, _Inout_ uint32_t*, _Out_ uint64_t*)');
  const properties = library.func('void vkGetPhysicalDeviceProperties(uint64_t, void*)');
  const memory = library.func('void vkGetPhysicalDeviceMemoryProperties(uint64_t, void*)');
  const info = new DataView(new ArrayBuffer(CREATE_INFO_BYTES));
  info.setUint32(0, CREATE_INFO_TYPE, true);
  const instance: [unknown] = [null];
  if (create(new Uint8Array(info.buffer), null, instance) !== 0) return [];
  const count = [MAX_CARDS];
  const devices = new BigUint64Array(MAX_CARDS);
  enumerate(instance[0], count, devices);
  const cards = [...devices.subarray(0, count[0])].map((device) => {
    const about = new Uint8Array(PROPERTIES_BYTES);
    const heaps = new Uint8Array(MEMORY_BYTES);
    properties(device, about);
    memory(device, heaps);
    return { ...readProperties(about), memoryBytes: readMemory(new DataView(heaps.buffer)) };
  });
  destroy(instance[0], null);
  return cards.sort((a, b) => a.rank - b.rank).map(({ rank: _, ...card }) => card);
}

function readProperties(bytes: Uint8Array): Omit<GraphicsCard, 'memoryBytes'> & { readonly rank: number } {
  const view = new DataView(bytes.buffer);
  const [driver, vendor, kind] = [4, 8, 16].map((offset) => view.getUint32(offset, true));
  const end = bytes.indexOf(0, NAME_OFFSET);
  const name = Buffer.from(bytes.subarray(NAME_OFFSET, Math.min(end, NAME_OFFSET + NAME_BYTES))).toString('utf8');
  return {
    name,
    driverVersion: toVersion(driver ?? 0, vendor ?? 0),
    isSoftware: kind === PROCESSOR,
    rank: rankOf[kind ?? 0] ?? rankOf.length,
  };
}

/** Of the largest heap that lies on the card. */
function readMemory(view: DataView): number {
  let most = 0;
  for (let heap = 0; heap < view.getUint32(COUNT_HEAPS_OFFSET, true); heap++) {
    const offset = HEAPS_OFFSET + heap * HEAP_BYTES;
    if ((view.getUint32(offset + 8, true) & DEVICE_LOCAL) === 0) continue;
    most = Math.max(most, Number(view.getBigUint64(offset, true)));
  }
  return most;
}

/** NVIDIA has a way of its own to put it into one number. */
function toVersion(packed: number, vendor: number): string {
  if (vendor === NVIDIA) return `${packed >>> 22}.${(packed >>> 14) & 0xff}.${(packed >>> 6) & 0xff}`;
  return `${packed >>> 22}.${(packed >>> 12) & 0x3ff}.${packed & 0xfff}`;
}
