/** An alarm that fails says which actor it was, in one line, and nothing that a person could be told by. */
import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AlarmClock } from '../../durable-objects/alarm-clock.ts'
import { CartTable } from '../../durable-objects/cart-table.ts'
import { EscrowBook } from '../../durable-objects/escrow-book.ts'
import { testEnv } from '../fixtures/d1.ts'

afterEach(() => vi.restoreAllMocks())

const fail = () => {
  throw new Error('the disk, and ada@quay.example')
}
const breakClock = () => vi.spyOn(AlarmClock.prototype, 'arm').mockImplementationOnce(fail)

const actors = [
  ['AVAILABILITY', 'ROPE-10', 'availability_alarm_failed', breakClock],
  ['FEED', 'shopify-us', 'feed_alarm_failed', breakClock],
  ['INBOX', 'shopify-us/3', 'inbox_alarm_failed', breakClock],
  ['LOCATION', 'east', 'location_alarm_failed', breakClock],
  ['ORDER', 'shopify-us:1001', 'order_alarm_failed', breakClock],
  ['STOCK', 'ROPE-10@east', 'stock_alarm_failed', breakClock],
  ['TRANSFER', 'TR-1', 'transfer_alarm_failed', breakClock],
  ['IDEMPOTENCY', 'operations/4', 'idempotency_alarm_failed', breakClock],
  ['LIMITER', 'tryton-main', 'limiter_alarm_failed', breakClock],
  [
    'ESCROW',
    'ROPE-10@east/2',
    'escrow_alarm_failed',
    () => vi.spyOn(EscrowBook.prototype, 'settleDueMs', 'get').mockImplementation(fail),
  ],
  [
    'RESERVATION',
    'b2b/1',
    'reservation_alarm_failed',
    () => vi.spyOn(CartTable.prototype, 'unfinished').mockImplementation(fail),
  ],
] as const

async function lineOf(binding: (typeof actors)[number][0], name: string, breaks: () => unknown) {
  const lines: string[] = []
  vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(String(line)))
  const namespace = testEnv[binding]
  await runInDurableObject(namespace.get(namespace.idFromName(name)), async (instance) => {
    breaks()
    // Cast justified: the bindings are typed without their classes, and all of these have an alarm.
    await (instance as unknown as { alarm(): Promise<void> }).alarm()
  })
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain('ada@quay.example')
  return JSON.parse(lines[0] ?? '') as { readonly event: string; readonly actor: string }
}

describe('an alarm that fails', () => {
  it.each(actors)('of %s names %s', async (binding, name, event, breaks) => {
    expect(await lineOf(binding, name, breaks)).toMatchObject({ event, actor: name, error: 'Error' })
  })

  it('does not name whoever came with a token of his', async () => {
    const { actor } = await lineOf('IDEMPOTENCY', 'jwt:ada@quay.example/4', breakClock)
    expect(actor).toMatch(/^[0-9a-f]{64}$/)
  })
})
