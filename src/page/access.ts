// What the server says of itself, and tickets for its socket. The key stays in this tab's memory.

export interface Health {
  readonly isReady: boolean;
  readonly needsKey: boolean;
  /** Empty where the server tells them only to those with its key. */
  readonly agents: readonly string[];
}

/** Undefined: there is no server to be reached. */
export async function fetchHealth(key?: string): Promise<Health | undefined> {
  const body = await fetchJson('/health', 'GET', key);
  if (body === undefined) return undefined;
  const agents: unknown = 'agents' in body ? body.agents : [];
  return {
    isReady: 'ready' in body && body.ready === true,
    needsKey: 'needsKey' in body && body.needsKey === true,
    agents: Array.isArray(agents) ? agents.filter((name) => typeof name === 'string') : [],
  };
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
