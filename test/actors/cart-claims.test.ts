/** A cart's claim at one position that answers what the test says: which try is taken over, and which is given up. */
import { expect, it } from 'vitest'
import { CartClaims } from '../../durable-objects/cart-claims.ts'
import { ActorBusy } from '../../durable-objects/reached.ts'
import { reservationId } from '../../src/domain/shared/ids.ts'
import type { StockCommand, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import type { StockRefusal } from '../../src/domain/stock/stock-refusal.ts'
import { testCause } from '../fixtures/stock-commands.ts'

const expiresAtMs = 10_000
const granted = (effect: 'applied' | 'unchanged'): StockVerdict => ({
  ...{ ok: true, effect, granted: 2, available: 8, version: 1 },
})
const refused = (error: StockRefusal): StockVerdict => ({ ok: false, error })
const expired = refused({
  ...{ reason: 'reservation_expired', reservationId: reservationId('cart/c/1'), expiredAtMs: 5_000 },
})

/** Answers one verdict after the other, and the last again and again. */
function claimsAt(nowMs: number, ...verdicts: readonly StockVerdict[]) {
  const said: string[] = []
  const applyMany = async (_: string, [command]: readonly StockCommand[]) => {
    if (command !== undefined && 'reservationId' in command) said.push(`${command.type} ${command.reservationId}`)
    return [verdicts[said.length - 1] ?? verdicts.at(-1)]
  }
  const actors = { idFromName: (name: string) => name, get: () => ({ applyMany }) }
  const claims = new CartClaims({ STOCK: actors, ESCROW: actors, AVAILABILITY: actors }, () => nowMs)
  const place = { sku: 'ROPE', location: 'east', terms: {} }
  const hold = () => claims.hold({ reservationId: 'c', expiresAtMs, cause: testCause }, place, 2, false)
  return { hold, said }
}

it('takes over what a try left behind, for as long as the cart is held', async () => {
  const { hold, said } = claimsAt(5_000, granted('unchanged'), granted('applied'))
  expect(await hold()).toEqual({ granted: 2, available: 8, reservationId: 'cart/c/1' })
  expect(said).toEqual(['hold cart/c/1', 'extend cart/c/1'])
})

it('claims anew what ran out between finding it and asking for more time', async () => {
  const { hold, said } = claimsAt(5_000, granted('unchanged'), expired, granted('applied'))
  expect(await hold()).toEqual({ granted: 2, available: 8, reservationId: 'cart/c/2' })
  expect(said).toEqual(['hold cart/c/1', 'extend cart/c/1', 'hold cart/c/2'])
})

it.each([
  ['has no room for another kind of claim', 5_000, refused({ reason: 'position_full', of: 'needs' })],
  ["says that the cart's own time is over", expiresAtMs, expired],
])('is asked once when the position %s, and the caller may ask again', async (_, nowMs, verdict) => {
  const { hold, said } = claimsAt(nowMs, verdict)
  await expect(hold()).rejects.toThrow(ActorBusy)
  expect(said).toEqual(['hold cart/c/1'])
})
