/** The minute tick: polls for lost messages. */
import type { Env } from '../src/env.ts'

export async function onSchedule(_controller: ScheduledController, _env: Env): Promise<void> {}
