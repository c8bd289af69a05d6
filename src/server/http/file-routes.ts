import type { Hono } from 'hono';
import { type HttpEnv, refuse } from './http-context.ts';
import { refuseOtherMethods } from './methods.ts';
import type { StaticFiles } from './static-files.ts';

/** Serves files at the paths that `pattern` matches; `toName` gives the name of the file that is at a path. */
export function addFiles(
  app: Hono<HttpEnv>,
  pattern: string,
  files: StaticFiles,
  toName: (path: string) => string,
): void {
  app.get(pattern, (context) => {
    const name = toName(context.req.path);
    const file = files.get(name);
    if (file === undefined) {
      const message = name === '/' ? 'the page is not built; run npm run build' : 'there is nothing here';
      return refuse(context, { status: 404, code: 'not-found', message });
    }
    const { etag, cacheControl, contentType, bytes } = file;
    if (context.req.header('if-none-match') === etag)
      return context.body(null, 304, { etag, 'cache-control': cacheControl });
    return context.body(bytes, 200, {
      etag,
      'cache-control': cacheControl,
      'content-type': contentType,
      'content-length': String(bytes.length),
    });
  });
  refuseOtherMethods(app, pattern, ['GET', 'HEAD']);
}
