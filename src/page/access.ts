// What the server says of itself, and tickets for its socket. The key stays in this tab's memory.

export interface Health {
  readonly isReady: boolean;
  readonly needsKey: boolean;
  /** Empty where the server tells them only to those with its key. */
  readonly agents: readonly string[];
  /** What is wrong with agents whose last save can't be used; undefined where agents are not reloaded. */
  readonly problems: readonly string[] | undefined;
}

/** Undefined: there is no server to be reached. */
export async function fetchHealth(key?: string): Promise<Health | undefined> {
  const body = await fetchJson('/health', 'GET', key);
  if (body === undefined) return undefined;
  const problems = 'problems' in body ? toTexts(body.problems) : undefined;
  return {
    isReady: 'ready' in body && body.ready === true,
    needsKey: 'needsKey' in body && body.needsKey === true,
    agents: 'agents' in body ? toTexts(body.agents) : [],
    problems,
  };
}

function toTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

/** A ticket for one socket; undefined: the server doesn't know this key. */
export async function fetchTicket(key: string): Promise<string | undefined> {
  const body = await fetchJson('/v1/ticket', 'POST', key);
  return body !== undefined && 'ticket' in body && typeof body.ticket === 'string' ? body.ticket : undefined;
}

async function fetchJson(path: string, method: string, key: string | undefined): Promise<object | undefined> {
  try {
    const response = await fetch(path, {
      method,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    });
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}
