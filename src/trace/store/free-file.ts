// A file that nobody has, opened for writing: a name that is taken gets a number, and a folder that went comes back.

import fs, { createWriteStream, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

type Opened = (error: NodeJS.ErrnoException | null, descriptor: number) => void;

/** Writes to `base` + `ending`, or `base`-2 and so on, for its owner alone; what is written before it is open waits. */
export function createFreeFile(base: string, ending: string): WriteStream {
  let countTaken = 0;
  let isFolderMade = false;

  function open(flags: string, mode: number, opened: Opened): void {
    const path = countTaken === 0 ? base + ending : `${base}-${countTaken + 1}${ending}`;
    fs.open(path, flags, mode, (error, descriptor) => {
      if (error?.code === 'EEXIST') {
        countTaken++;
        open(flags, mode, opened);
      } else if (error?.code === 'ENOENT' && !isFolderMade) {
        isFolderMade = true;
        fs.mkdir(dirname(base), { recursive: true }, () => open(flags, mode, opened));
      } else opened(error, descriptor);
    });
  }

  return createWriteStream(base + ending, {
    flags: 'wx',
    mode: 0o600,
    fs: {
      open: (_path: string, flags: string, mode: number, opened: Opened) => open(flags, mode, opened),
      write: fs.write,
      writev: fs.writev,
      close: fs.close,
    },
  });
}
