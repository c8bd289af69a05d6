// A hub with one repository: the two requests that a download is made of, and ways to go wrong.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HubStandIn {
  readonly url: string;
  /** Paths and ranges of files that were asked for. */
  readonly asked: string[];
  /** Answers of the next requests for a file: a status, or bytes after which the connection is cut. */
  readonly faults: ({ readonly status: number } | { readonly cutAfter: number })[];
  /** What a file really gives, where that is not what its hash says. */
  readonly others: Map<string, Buffer>;
  close(): void;
}

export interface HubRepository {
  /** OWNER/NAME */
  readonly name: string;
  readonly files: Readonly<Record<string, Buffer>>;
  readonly token?: string;
}

/** Files of ten kB and more are listed as large ones are, with their sha256. */
const LARGE_BYTES = 10_000;

export async function startHub({ name, files, token }: HubRepository): Promise<HubStandIn> {
  const asked: string[] = [];
  const faults: HubStandIn['faults'] = [];
  const others = new Map<string, Buffer>();
  const hash = (kind: string, ...parts: (string | Buffer)[]) =>
    parts.reduce((sum, one) => sum.update(one), createHash(kind)).digest('hex');

  function list() {
    return Object.entries(files).map(([path, content]) => ({
      type: 'file',
      path,
      size: content.length,
      oid: hash('sha1', `blob ${content.length}\0`, content),
      ...(content.length < LARGE_BYTES
        ? {}
        : { lfs: { oid: hash('sha256', content), size: content.length, pointerSize: 130 } }),
    }));
  }

  function send(response: ServerResponse, status: number, value: unknown): void {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  }

  function answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    if (token !== undefined && headers.authorization !== `Bearer ${token}`) {
      send(response, 401, { error: `no access with ${headers.authorization ?? 'nothing'}` });
      return;
    }
    const [path = ''] = url.split('?');
    if (path === `/api/models/${name}/tree/main`) {
      send(response, 200, list());
      return;
    }
    const file = path.startsWith(`/${name}/resolve/main/`) ? path.slice(`/${name}/resolve/main/`.length) : '';
    const content = others.get(file) ?? files[file];
    if (content === undefined) {
      send(response, 404, { error: 'Repository not found' });
      return;
    }
    const [, from = '0', to] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? '') ?? [];
    const end = to ? Number(to) + 1 : content.length;
    if (end > 1) asked.push(`${file} ${from}`);
    const fault = end > 1 ? faults.shift() : undefined;
    if (fault !== undefined && 'status' in fault) {
      send(response, fault.status, { error: 'too much to do' });
      return;
    }
    const body = content.subarray(Number(from), end);
    response.writeHead(206, {
      'content-range': `bytes ${from}-${end - 1}/${content.length}`,
      'content-length': body.length,
      etag: '"x"',
    });
    if (fault === undefined) response.end(body);
    else response.write(body.subarray(0, fault.cutAfter), () => response.destroy());
  }

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    faults,
    others,
    close: () => void server.close(),
  };
}
