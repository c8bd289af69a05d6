// What goes wrong with a hub, by name: what may be tried again, and what the user can do.

import { ModelError, toMessage } from '../../errors.ts';
import type { HubSource } from './hub-source.ts';

const MAX_REASON_LENGTH = 200;

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** The same request may be answered another time: the network failed, or the server has too much to do. */
export function mayTryAgain(error: unknown): boolean {
  if (error instanceof ModelError) return false;
  if (isOfDisk(error)) return false;
  const status = statusOf(error);
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

function isOfDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT'].includes(String(error.code));
}

/** As the user is told of it; `token` is left out of what the server says. */
export function toHubError(error: unknown, { repository, revision }: HubSource, folder: string, token?: string): Error {
  if (error instanceof ModelError) return error;
  const said = toMessage(error);
  const reason = (token ? said.replaceAll(token, '…') : said).slice(0, MAX_REASON_LENGTH);
  const status = statusOf(error);
  const refuse = (code: string, message: string) => new ModelError(code, `hf:${repository}: ${message}`);
  if (isOfDisk(error))
    return refuse('disk-full', `the disk of ${folder} is full: free some space and run the same command again`);
  if (status === 401 || status === 403)
    return refuse(
      'hub-refused',
      `answered with ${status} (${reason}): accept its terms on its page, and set HF_TOKEN to a token that may read it`,
    );
  if (status === 404) return refuse('hub-not-found', `there is no such repository, or no revision ${revision} of it`);
  return refuse('hub-unreachable', `${reason}; what came stays, run the same command again to go on`);
}
