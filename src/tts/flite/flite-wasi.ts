// One run of a WASI command with everything in memory: arguments and files in, printed text and files out.
// It touches no disk, network or real clock, so equal input gives equal bytes.

import { toMessage, VoiceError } from '../../errors.ts';

export interface CommandResult {
  /** What the command wrote to standard output. */
  readonly printed: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A command ready to run once; its memory goes with it. */
export interface PreparedCommand {
  /** Throws VoiceError `voice-failed` when the command exits with an error or traps. */
  run(args: readonly string[], files?: ReadonlyMap<string, Uint8Array>): CommandResult;
}

/** Compiled code, without state. */
export type CommandCode = object;

// TypeScript names WebAssembly in its browser library only.
declare const WebAssembly: {
  compile(code: Uint8Array): Promise<CommandCode>;
  readonly Instance: new (
    code: CommandCode,
    imports: Readonly<Record<string, object>>,
  ) => { readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; _start(): void } };
};

const Errno = { ok: 0, badFile: 8, notFound: 44, notSeekable: 70 } as const;
const FileType = { characterDevice: 2, directory: 3, regular: 4 } as const;
const OpenFlag = { create: 1, truncate: 8 } as const;
const ROOT_FD = 3;
const FIRST_FILE_FD = 4;

class Exit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit status ${status}`);
    this.status = status;
  }
}

/** A file that grows by doubling. */
class MemoryFile {
  #content: Uint8Array;
  #sizeBytes: number;

  constructor(content: Uint8Array = new Uint8Array(0)) {
    this.#content = content;
    this.#sizeBytes = content.length;
  }

  get content(): Uint8Array {
    return this.#content.subarray(0, this.#sizeBytes);
  }

  truncate(): void {
    this.#sizeBytes = 0;
  }

  write(at: number, chunk: Uint8Array): void {
    const end = at + chunk.length;
    if (end > this.#content.length) {
      const grown = new Uint8Array(Math.max(end, this.#content.length * 2));
      grown.set(this.content);
      this.#content = grown;
    }
    this.#content.fill(0, this.#sizeBytes, Math.max(at, this.#sizeBytes));
    this.#content.set(chunk, at);
    this.#sizeBytes = Math.max(this.#sizeBytes, end);
  }
}

interface OpenFile {
  readonly file: MemoryFile;
  position: number;
}

export function compileCommand(code: Uint8Array): Promise<CommandCode> {
  return WebAssembly.compile(code);
}

/** Instantiates the command: a good part of a short run's time, to be spent while nobody waits. */
export function prepareCommand(code: CommandCode): PreparedCommand {
  let argv: readonly Uint8Array[] = [];
  const printed: Uint8Array[] = [];
  const files = new Map<string, MemoryFile>();
  const opened: OpenFile[] = [];
  const toOpen = (fd: number) => opened[fd - FIRST_FILE_FD];
  const bytes = () => new Uint8Array(memory.buffer);
  const view = () => new DataView(memory.buffer);

  /** The buffers of a scatter/gather list. */
  function* toBuffers(list: number, count: number): Generator<Uint8Array> {
    const table = view();
    for (let index = 0; index < count; index++) {
      const at = list + index * 8;
      yield bytes().subarray(table.getUint32(at, true), table.getUint32(at, true) + table.getUint32(at + 4, true));
    }
  }

  const wasi = {
    args_sizes_get(countAt: number, sizeAt: number): number {
      view().setUint32(countAt, argv.length, true);
      view().setUint32(
        sizeAt,
        argv.reduce((sizeBytes, arg) => sizeBytes + arg.length, 0),
        true,
      );
      return Errno.ok;
    },
    args_get(pointersAt: number, textAt: number): number {
      let at = textAt;
      for (const [index, arg] of argv.entries()) {
        view().setUint32(pointersAt + index * 4, at, true);
        bytes().set(arg, at);
        at += arg.length;
      }
      return Errno.ok;
    },
    clock_time_get(_clock: number, _precision: bigint, timeAt: number): number {
      view().setBigUint64(timeAt, 0n, true);
      return Errno.ok;
    },
    fd_prestat_get(fd: number, statAt: number): number {
      if (fd !== ROOT_FD) return Errno.badFile;
      view().setUint32(statAt, 0, true);
      view().setUint32(statAt + 4, 1, true);
      return Errno.ok;
    },
    fd_prestat_dir_name(fd: number, nameAt: number, _length: number): number {
      if (fd !== ROOT_FD) return Errno.badFile;
      bytes()[nameAt] = '/'.charCodeAt(0);
      return Errno.ok;
    },
    fd_fdstat_get(fd: number, statAt: number): number {
      if (fd > ROOT_FD && toOpen(fd) === undefined) return Errno.badFile;
      const type = fd < ROOT_FD ? FileType.characterDevice : fd === ROOT_FD ? FileType.directory : FileType.regular;
      bytes().fill(0, statAt, statAt + 24);
      view().setUint8(statAt, type);
      view().setBigUint64(statAt + 8, ~0n, true);
      view().setBigUint64(statAt + 16, ~0n, true);
      return Errno.ok;
    },
    fd_fdstat_set_flags: (): number => Errno.ok,
    path_open(
      _dir: number,
      _lookup: number,
      nameAt: number,
      nameBytes: number,
      flags: number,
      _rights: bigint,
      _inherited: bigint,
      _mode: number,
      fdAt: number,
    ): number {
      const name = new TextDecoder().decode(bytes().subarray(nameAt, nameAt + nameBytes));
      let file = files.get(name);
      if (file === undefined && (flags & OpenFlag.create) === 0) return Errno.notFound;
      file ??= new MemoryFile();
      if ((flags & OpenFlag.truncate) !== 0) file.truncate();
      files.set(name, file);
      view().setUint32(fdAt, FIRST_FILE_FD + opened.push({ file, position: 0 }) - 1, true);
      return Errno.ok;
    },
    fd_close: (): number => Errno.ok,
    fd_read(fd: number, list: number, count: number, readAt: number): number {
      const open = toOpen(fd);
      let sizeBytes = 0;
      if (open !== undefined)
        for (const buffer of toBuffers(list, count)) {
          const chunk = open.file.content.subarray(open.position, open.position + buffer.length);
          buffer.set(chunk);
          open.position += chunk.length;
          sizeBytes += chunk.length;
        }
      view().setUint32(readAt, sizeBytes, true);
      return Errno.ok;
    },
    fd_write(fd: number, list: number, count: number, writtenAt: number): number {
      const open = toOpen(fd);
      if (fd >= ROOT_FD && open === undefined) return Errno.badFile;
      let sizeBytes = 0;
      for (const buffer of toBuffers(list, count)) {
        if (fd === 1) printed.push(buffer.slice());
        open?.file.write(open.position, buffer);
        if (open !== undefined) open.position += buffer.length;
        sizeBytes += buffer.length;
      }
      view().setUint32(writtenAt, sizeBytes, true);
      return Errno.ok;
    },
    fd_seek(fd: number, offset: bigint, whence: number, positionAt: number): number {
      const open = toOpen(fd);
      if (open === undefined) return Errno.notSeekable;
      const base = whence === 0 ? 0 : whence === 1 ? open.position : open.file.content.length;
      open.position = base + Number(offset);
      view().setBigUint64(positionAt, BigInt(open.position), true);
      return Errno.ok;
    },
    proc_exit(status: number): never {
      throw new Exit(status);
    },
  };

  const { memory, _start: start } = new WebAssembly.Instance(code, { wasi_snapshot_preview1: wasi }).exports;

  return {
    run(args, inputs = new Map()) {
      const encoder = new TextEncoder();
      argv = args.map((arg) => encoder.encode(`${arg}\0`));
      for (const [name, content] of inputs) files.set(name, new MemoryFile(content.slice()));
      try {
        start();
      } catch (error) {
        if (!(error instanceof Exit && error.status === 0))
          throw new VoiceError('voice-failed', `${args[0] ?? 'command'} stopped: ${toMessage(error)}`, {
            cause: error,
          });
      }
      return {
        printed: new TextDecoder().decode(join(printed)),
        files: new Map([...files].map(([name, file]) => [name, file.content])),
      };
    },
  };
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const file = new MemoryFile();
  for (const chunk of chunks) file.write(file.content.length, chunk);
  return file.content;
}
