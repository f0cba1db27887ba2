import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isDue } from '../../queues/poll-accounts.ts'
import { onSchedule } from '../../queues/schedule.ts'
import { actor, type InboxApi } from '../../src/actor-apis.ts'
import { inboxShards } from '../../src/domain/inbox/inbox-name.ts'
import type { Env } from '../../src/env.ts'
import { testConfig } from '../fixtures/config.ts'
import { testEnv } from '../fixtures/d1.ts'
import { seedConfig } from '../http/seed-config.ts'

const minuteMs = 60_000

describe('when an account is polled', () => {
  const minutesOf = (pollSeconds: number) =>
    Array.from({ length: 12 }, (_, minute) => minute).filter((minute) => isDue({ pollSeconds }, minute * minuteMs))

  it('follows its seconds, in whole minutes', () => {
    expect(minutesOf(0)).toEqual([])
    expect(minutesOf(30)).toHaveLength(12)
    expect(minutesOf(60)).toHaveLength(12)
    expect(minutesOf(300)).toEqual([0, 5, 10])
    expect(minutesOf(301)).toEqual([0, 6])
  })
})

describe('the minute tick', () => {
  const env: Env = { ...testEnv, CROSSDOCK_SECRETS: JSON.stringify(testConfig.secrets) }
  /** The warehouse's clock, a little behind ours. */
  const asOfMs = Date.now() - 5 * minuteMs
  const sentAt = new Date(asOfMs - 10 * minuteMs).toISOString()
  const listed = (id: string) => ({
    id,
    sentAt,
    body: JSON.stringify({
      type: 'fulfilment.accepted',
      id,
      occurredAt: sentAt,
      data: { fulfilmentOrderId: 'shopify-us:1001/F1', reference: `W-${id}` },
    }),
  })
  let asked: URL[] = []
  let answer: () => Response = () => new Response(null, { status: 500 })

  beforeEach(async () => {
    asked = []
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
      asked.push(new URL(String(input)))
      return answer()
    })
    await seedConfig((file) => ({
      ...file,
      accounts: file.accounts.map((account) => ({ ...account, pollSeconds: account.id === 'wh-east' ? 60 : 0 })),
    }))
  })
  afterEach(() => vi.restoreAllMocks())

  const tick = () => onSchedule({ scheduledTime: 0, cron: '* * * * *', noRetry: () => {} } as ScheduledController, env)
  const keeper = () => actor<InboxApi>(testEnv.INBOX, 'wh-east/0')
  const received = async () => {
    const counts = await Promise.all(
      Array.from({ length: inboxShards }, (_, shard) => actor<InboxApi>(testEnv.INBOX, `wh-east/${shard}`).counts()),
    )
    return counts.reduce((sum, each) => sum + (each.received ?? 0), 0)
  }

  it('keeps its place when the partner cannot be asked', async () => {
    answer = () => new Response(null, { status: 503 })
    await tick()
    expect(asked).toHaveLength(1)
    expect(await keeper().pollWatermark()).toBeNull()
  })

  it('lets what was lost in by the usual door, once, and moves on', async () => {
    answer = () =>
      Response.json({ asOf: new Date(asOfMs).toISOString(), messages: [listed('a'), listed('b')], nextCursor: null })
    await tick()
    await tick()
    expect(await received()).toBe(2)
    expect(await keeper().pollWatermark()).toBe(asOfMs)
    // A change may show a little after the time that it carries.
    expect(asked.at(-1)?.searchParams.get('since')).toBe(new Date(asOfMs - 2 * minuteMs).toISOString())
  })
})
