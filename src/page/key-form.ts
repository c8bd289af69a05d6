// Asks for the server's key. It is kept in this tab's memory alone and only ever traded for tickets.

import { fetchTicket } from './access.ts';
import { part } from './element.ts';
import { REFUSED_KEY_NOTE } from './plain-words.ts';

/** Reports a key once the server has given a ticket for it. */
export function startKeyForm(accepted: (key: string) => void, failed: (text: string | undefined) => void): void {
  const form = part('key-form', HTMLFormElement);
  const field = part('key', HTMLInputElement);
  const submit = part('use-key', HTMLButtonElement);
  const check = async () => {
    const key = field.value.trim();
    if (key === '') return;
    submit.disabled = true;
    const ticket = await fetchTicket(key);
    submit.disabled = false;
    field.setAttribute('aria-invalid', String(ticket === undefined));
    failed(ticket === undefined ? REFUSED_KEY_NOTE : undefined);
    if (ticket === undefined) return field.select();
    field.value = '';
    accepted(key);
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void check();
  });
}
