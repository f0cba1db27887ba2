/**
 * Calls a fulfilment order back. Committed means that the warehouse will not ship it, for certain: while it still
 * has to look, it is asked again. A cancel that overtook its release leaves a tombstone there, so the release cannot
 * come to life.
 */
import type { CallOutcome } from '../../domain/outbox/intent.ts'
import type { Effect } from '../ports.ts'
import { committed, probed } from './release.ts'
import { askWarehouse, fulfilmentOrderPath, type WarehouseAnswer } from './signed-request.ts'

/** Somebody walks to the shelf: asking sooner changes nothing. */
const askAgainMs = 5_000

export const cancelFulfilment: Effect<'warehouse_cancel'> = {
  call: async (request, context) => {
    const path = `${fulfilmentOrderPath(request.fulfilmentOrderId)}/cancel`
    // Named in the body as well, because only the body is signed.
    const body = { fulfilmentOrderId: request.fulfilmentOrderId, reason: request.reason }
    const answer = await askWarehouse({ method: 'POST', path, messageId: request.externalId, body }, context)
    if (answer.kind === 'failure') return answer.outcome
    return answer.kind === 'refusal' ? refusedCancel(answer) : decided(answer)
  },

  probe: async (request, context) => {
    const path = fulfilmentOrderPath(request.fulfilmentOrderId)
    const messageId = `${request.externalId}/probe`
    const answer = await askWarehouse({ method: 'GET', path, messageId, body: null }, context)
    return probed(answer, (document) => willNotShip(document.status))
  },
}

const willNotShip = (status: string) => status === 'cancelled' || status === 'rejected'

function decided(answer: Extract<WarehouseAnswer, { kind: 'document' }>): CallOutcome {
  const { document } = answer
  if (willNotShip(document.status)) return committed(document)
  if (document.status === 'shipped') return refusedCancel({ reason: 'already_shipped', message: 'it has left' })
  const message = 'the warehouse has not decided yet'
  return { outcome: 'absent', retryable: true, class: 'intermittent', message, retryAfterMs: askAgainMs }
}

function refusedCancel({ reason, message }: { readonly reason: string; readonly message: string }): CallOutcome {
  return { outcome: 'absent', retryable: false, class: 'value', message: `${reason}: ${message}` }
}
