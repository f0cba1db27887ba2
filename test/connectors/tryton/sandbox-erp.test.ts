/** The Tryton connector against the sandbox ERP: the contract of the real one, and what only a sandbox can be told to do. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ErpSandbox, startErp } from '../../../scripts/sandbox/erp.ts'
import { minorUnitsOf } from '../../../src/connectors/transport/money.ts'
import { tryton } from '../../../src/connectors/tryton/index.ts'
import { runEffect } from '../../fixtures/run-effect.ts'
import { describeErp } from './erp-contract.ts'
import { cancelRequest, createRequest, erpContext } from './tryton-requests.ts'

const { erp_create_order: create, erp_cancel_order: cancel } = tryton.outbound
let erp: ErpSandbox
beforeAll(async () => {
  erp = await startErp()
})
afterAll(() => erp.stop())

describe('the Tryton connector on the sandbox ERP', () => {
  describeErp({
    context: (lose, change) => erpContext({ ...erp, ...change }, lose),
    sales: async (number) =>
      erp.salesOf(`shopify-us:${number}`).map((sale) => ({ ...sale, minorUnits: worth(sale.lines, sale.currency) })),
    shipments: async (number) => erp.shipmentsOf(`shopify-us:${number}`),
    partiesWithCode: async (code) => erp.partiesWithCode(code),
  })
})

it('counts a sale that was emptied while it was processed as gone, whatever Tryton calls it', async () => {
  const context = erpContext(erp)
  const isLive = () => erp.salesOf('shopify-us:1090').map((sale) => [sale.state, sale.isLive])
  const sale = await runEffect(create, createRequest('1090'), context)
  expect(isLive()).toEqual([['processing', true]])
  const cancellation = cancelRequest(sale.outcome === 'committed' ? sale.reference : '')
  expect(await runEffect(cancel, cancellation, context)).toMatchObject({ outcome: 'committed' })
  expect(isLive()).toEqual([['done', false]])
})

function worth(lines: ReturnType<ErpSandbox['sales']>[number]['lines'], currency: string): number {
  return lines.reduce((total, line) => {
    const price = minorUnitsOf(line.unitPrice, currency)
    if (!price.ok) throw new Error(`${line.unitPrice} is not exact`)
    return total + price.value * line.quantity
  }, 0)
}

describe('a flaky ERP', () => {
  afterEach(() => erp.set({ rates: {}, down: false }))

  it('ends with exactly one sale per order, whatever it does to the answers', async () => {
    const flaky = await startErp({
      seed: 20_261_121,
      faults: {
        rates: { error_before: 0.15, error_after: 0.15, drop_after: 0.1, rate_limit: 0.05, slow: 0.05 },
        slowMs: 5,
        retryAfterSeconds: 0,
      },
    })
    try {
      const numbers = Array.from({ length: 64 }, (_, index) => `flaky-${index}`)
      const context = erpContext(flaky)
      const lanes = Array.from({ length: 8 }, (_, lane) => numbers.filter((_, index) => index % 8 === lane))
      await Promise.all(
        lanes.map(async (lane) => {
          for (const number of lane) {
            expect(await runEffect(create, createRequest(number), context)).toMatchObject({ outcome: 'committed' })
          }
        }),
      )
      const placed = flaky.sales().filter((sale) => sale.state === 'processing')
      expect(placed.map((sale) => sale.reference).sort()).toEqual(
        numbers.map((number) => `shopify-us:${number}`).sort(),
      )
      expect(flaky.duplicates()).toEqual([])
      expect(new Set(flaky.requests.map((request) => request.fault)).size).toBe(6)
    } finally {
      await flaky.stop()
    }
  })

  it('is told apart: a 500 is unknown, a 429 is absent with its delay, a refused connection is absent', async () => {
    const request = createRequest('told-apart')
    const context = erpContext(erp)
    erp.script([{ fault: 'error_before', match: 'model.sale.sale.create' }])
    expect(await create?.call(request, context)).toMatchObject({ outcome: 'unknown', class: 'intermittent' })
    erp.set({ retryAfterSeconds: 5 })
    erp.script([{ fault: 'rate_limit', match: 'model.sale.sale.search_read' }])
    expect(await create?.call(request, context)).toEqual({
      outcome: 'absent',
      retryable: true,
      class: 'rate_limit',
      message: 'model.sale.sale.search_read: Tryton answered 429',
      retryAfterMs: 5_000,
    })
    erp.set({ retryAfterSeconds: 1 })
    const nobody = erpContext({ ...erp, url: 'http://127.0.0.1:9' })
    expect(await create?.call(request, nobody)).toMatchObject({
      outcome: 'absent',
      retryable: true,
      class: 'connection',
    })
  })

  it('waits a short Retry-After out in the middle of an attempt', async () => {
    erp.script([{ fault: 'rate_limit', match: 'model.sale.sale.create' }])
    expect(await create?.call(createRequest('paused'), erpContext(erp))).toMatchObject({ outcome: 'committed' })
    expect(erp.salesOf('shopify-us:paused')).toHaveLength(1)
  })

  it('goes on with the customer and the address that a lost answer left behind', async () => {
    const request = createRequest('left-behind', { customer: { externalId: 'left-behind' } })
    erp.script([
      { fault: 'error_before', match: 'model.party.party.create' },
      { fault: 'drop_after', match: 'model.party.party.create' },
      { fault: 'error_after', match: 'model.party.address.create' },
    ])
    expect(await create?.call(request, erpContext(erp))).toMatchObject({ outcome: 'committed' })
    expect(erp.partiesWithCode('shopify-us:left-behind')).toBe(1)
  })

  it('says that nothing was done while it is down before the sale was asked for', async () => {
    erp.set({ down: true })
    const outcome = await create?.call(createRequest('down'), erpContext(erp))
    expect(outcome).toMatchObject({ outcome: 'absent', retryable: true, class: 'connection' })
    expect(await create?.probe(createRequest('down'), erpContext(erp))).toMatchObject({ outcome: 'unknown' })
    erp.set({ down: false })
    expect(erp.salesOf('shopify-us:down')).toEqual([])
  })

  it('signs in once more when every session was thrown away', async () => {
    const context = erpContext(erp)
    await runEffect(create, createRequest('before-expiry'), context)
    erp.expireSessions()
    const logins = () => erp.requests.filter((request) => request.operation === 'common.db.login').length
    const before = logins()
    expect(await create?.call(createRequest('after-expiry'), context)).toMatchObject({ outcome: 'committed' })
    expect(logins()).toBe(before + 1)
  })

  it('takes the draft away when Tryton refuses to confirm it', async () => {
    const request = createRequest('refused', { shipTo: null, billTo: null })
    expect(await create?.call(request, erpContext(erp))).toMatchObject({ outcome: 'committed' })
    const lines = [{ lineId: 'L1', externalSku: 'ROPE-10', title: 'Rope', quantity: 0, unitPriceMinor: 100 }]
    const empty = createRequest('empty', { lines, totals: { subtotalMinor: 0, totalMinor: 0 } })
    expect(await create?.call(empty, erpContext(erp))).toMatchObject({ outcome: 'absent', retryable: false })
    expect(erp.salesOf('shopify-us:empty')).toEqual([])
  })

  it('stops calling when the attempt has used up its time, so that it never outlives its lease', async () => {
    const context = erpContext(erp)
    let now = Date.now()
    const slow = { ...context, nowMs: () => (now += 6_000) }
    expect(await create?.call(createRequest('late'), slow)).toMatchObject({ outcome: 'absent', retryable: true })
    expect(erp.salesOf('shopify-us:late')).toEqual([])
  })
})

describe('settings that cannot be used', () => {
  it('are refused with the reason, and nothing is sent', async () => {
    const before = erp.requests.length
    const outcome = await create?.call(createRequest('settings'), erpContext({ ...erp, database: 'no/such' }))
    expect(outcome).toMatchObject({ outcome: 'absent', retryable: false, class: 'value' })
    expect(erp.requests.length).toBe(before)
  })
})
