// The voices of one server: its own, and those that its agents name, each started once.

import type { Agent } from '../agent/agent.ts';
import { allAgents } from '../agent/handoffs.ts';
import { invalidField } from '../agent/invalid.ts';
import { FLITE_RATE_HZ, fliteVoices, isFliteVoice } from '../tts/flite/flite.ts';
import { createFliteVoice } from '../tts/flite/voice-flite.ts';
import type { Voice } from '../tts/voice.ts';

export interface Voices {
  /**
   * Starts what the agent, and all that its calls may come to, speak with. Throws VoiceError, and AgentError
   * `agent-invalid` where rates differ.
   */
  prepare(agent: Agent): Promise<void>;
  /** Undefined, and one that no agent named before: the server's own. */
  voiceOf(name: string | undefined): Voice;
  close(): void;
}

/**
 * Throws AgentError `agent-invalid` for a voice that there is not, of the agent or of one that its calls may come to.
 */
export function checkVoices(agent: Agent): void {
  for (const { name, voice } of allAgents(agent))
    if (voice !== undefined && !isFliteVoice(voice))
      throw invalidField(
        `agent ${name}: voice`,
        `there is no voice "${voice}"; choose one of ${Object.keys(fliteVoices).join(', ')}`,
      );
}

/**
 * `own`: the server's, a Flite voice by name or another one, which is closed with them. `warn`: one line when the
 * thread of a voice died, and when it starts again. Throws VoiceError.
 */
export async function createVoices(own: string | Voice, warn: (line: string) => void): Promise<Voices> {
  const first = typeof own === 'string' ? await createFliteVoice({ voice: own, warn }) : own;
  const started = new Map<string, Voice>(typeof own === 'string' ? [[own, first]] : []);
  const starting = new Map<string, Promise<void>>();

  async function start(name: string, agent: Agent): Promise<void> {
    if (first.rateHz !== FLITE_RATE_HZ)
      throw invalidField(
        `agent ${agent.name}: voice`,
        `"${name}" has ${FLITE_RATE_HZ} Hz, and the server's own voice ${first.rateHz}: leave it out`,
      );
    started.set(name, await createFliteVoice({ voice: name, warn }));
  }

  return {
    async prepare(agent) {
      for (const one of allAgents(agent)) {
        const { voice } = one;
        if (voice === undefined || started.has(voice)) continue;
        const known = starting.get(voice) ?? start(voice, one).finally(() => starting.delete(voice));
        starting.set(voice, known);
        await known;
      }
    },
    voiceOf: (name) => (name === undefined ? undefined : started.get(name)) ?? first,
    close() {
      for (const voice of new Set([first, ...started.values()])) voice.close();
    },
  };
}
