// A call file and the built viewer in, one HTML file out that needs nothing else: to be sent to somebody, or put into
// an issue.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `jsonl` is a whole call file; throws what readFile throws where the viewer is not built. */
export async function renderTraceHtml(viewerDir: string, jsonl: string): Promise<string> {
  const [script, style] = await Promise.all([
    readFile(join(viewerDir, 'viewer.js'), 'utf8'),
    readFile(join(viewerDir, 'viewer.css'), 'utf8'),
  ]);
  // Neither the script nor the call may end the element that it stands in.
  const safeScript = script.replaceAll('</script', '<\\/script');
  const safeCall = jsonl.replaceAll('<', '\\u003c');
  const policy = `default-src 'none'; script-src '${hash(safeScript)}'; style-src '${hash(style)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>repartee traces</title>
<style>${style}</style>
</head>
<body>
<script type="application/x-ndjson" id="trace">${safeCall}</script>
<script type="module">${safeScript}</script>
</body>
</html>
`;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
