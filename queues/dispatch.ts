/** One consumer per queue, found by the queue's name. */
import type { Env } from '../src/env.ts'

export async function dispatch(batch: MessageBatch, _env: Env): Promise<void> {
  batch.retryAll()
}
