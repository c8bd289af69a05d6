// `hf:OWNER/NAME@REVISION`: where a checkpoint is published.

import { ModelError } from '../../errors.ts';

export interface HubSource {
  /** OWNER/NAME. */
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

const PREFIX = 'hf:';
const part = /^[A-Za-z0-9][\w.-]*$/;

/** Undefined: `text` is a path. Throws ModelError `hub-source-invalid`. */
export function readHubSource(text: string): HubSource | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  const [repository = '', revision = 'main', ...more] = text.slice(PREFIX.length).split('@');
  const names = repository.split('/');
  if (names.length === 2 && names.every((name) => part.test(name)) && /^[\w./-]+$/.test(revision) && more.length === 0)
    return { repository, revision };
  throw new ModelError(
    'hub-source-invalid',
    `"${text}" names no repository: write hf:OWNER/NAME, or hf:OWNER/NAME@REVISION`,
  );
}
