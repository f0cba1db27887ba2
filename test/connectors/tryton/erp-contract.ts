/**
 * What the connector must bring about in an ERP, judged by what the ERP then holds. The sandbox and the real Tryton are
 * held to the same text: that is what makes the sandbox worth testing against.
 */
import { describe, expect, it } from 'vitest'
import type { ClientContext } from '../../../src/connectors/ports.ts'
import { tryton } from '../../../src/connectors/tryton/index.ts'
import { referenceOf, runEffect } from '../../fixtures/run-effect.ts'
import { cancelRequest, createRequest, type ErpServer, shipmentRequest } from './tryton-requests.ts'

export type ErpUnderTest = {
  /** A client with no memory; `lose` as in `erpContext`. */
  readonly context: (lose?: string[], change?: Partial<ErpServer>) => ClientContext
  /** Sales with the order's reference, oldest first. */
  readonly sales: (number: string) => Promise<
    readonly {
      readonly number: string | null
      readonly state: string
      readonly shipmentState: string
      /** Without tax. */
      readonly minorUnits: number
    }[]
  >
  readonly shipments: (number: string) => Promise<
    readonly {
      readonly state: string
      readonly reference: string | null
      readonly units: Readonly<Record<string, number>>
    }[]
  >
  readonly partiesWithCode: (code: string) => Promise<number>
}

const { erp_create_order: create, erp_cancel_order: cancel, erp_record_shipment: record } = tryton.outbound

/** `erp` is read when the tests run: the server starts in the caller's `beforeAll`. */
export function describeErp(erp: ErpUnderTest): void {
  describe('placing sales', () => placing(erp))
  describe('standing its ground', () => standingGround(erp))
  describe('booking shipments', () => shipping(erp))
  describe('cancelling sales', () => cancelling(erp))
}

function placing(erp: ErpUnderTest): void {
  it('places one confirmed sale with our reference, worth the order to the cent', async () => {
    const outcome = await runEffect(create, createRequest('1001'), erp.context())
    const [sale, ...more] = await erp.sales('1001')
    expect(more).toEqual([])
    expect(sale).toMatchObject({ number: referenceOf(outcome), state: 'processing', minorUnits: 30_569 })
  })

  it('posts a currency without decimals as whole units', async () => {
    const order = {
      currency: 'JPY',
      lines: [
        { lineId: 'L1', externalSku: 'BUOY-R', title: 'Buoy', quantity: 3, unitPriceMinor: 1000, discountMinor: 1 },
      ],
      totals: { subtotalMinor: 3000, discountMinor: 1, totalMinor: 2999 },
    }
    await runEffect(create, createRequest('1002', order), erp.context())
    expect(await erp.sales('1002')).toMatchObject([{ minorUnits: 2_999 }])
  })

  it.each([
    'model.party.party.create',
    'model.party.address.create',
    'model.sale.sale.create',
    'model.sale.sale.quote',
    'model.sale.sale.confirm',
  ])('makes one sale although the answer to %s is lost', async (method) => {
    const number = `lost-${method.split('.').slice(-2).join('-')}`
    const lose = [method]
    const request = createRequest(number, { customer: { externalId: `buyer-${number}` } })
    await runEffect(create, request, erp.context(lose))
    expect(lose).toEqual([])
    expect(await erp.sales(number)).toMatchObject([{ state: 'processing', minorUnits: 30_569 }])
  })

  it('finds the sale by our reference and finishes one that was left unconfirmed', async () => {
    const request = createRequest('1003')
    expect(await create?.probe(request, erp.context())).toEqual({ outcome: 'absent' })
    // More often than one attempt repeats a button.
    const lose = Array.from({ length: 5 }, () => 'model.sale.sale.quote')
    expect(await create?.call(request, erp.context(lose))).toMatchObject({ outcome: 'unknown', class: 'connection' })
    expect(await erp.sales('1003')).toMatchObject([{ state: 'quotation' }])
    expect(await create?.probe(request, erp.context())).toMatchObject({ outcome: 'committed' })
    expect(await erp.sales('1003')).toMatchObject([{ state: 'processing' }])
  })
}

function standingGround(erp: ErpUnderTest): void {
  it('goes on with a fresh session when Tryton has forgotten the old one', async () => {
    const context = erp.context()
    const authorization = `Session ${btoa('crossdock:2:0123456789abcdef')}`
    const stale = {
      value: JSON.stringify({ authorization, company: 1 }),
      expiresAtMs: Date.now() + 60_000,
    }
    context.sessions.set('tryton/tryton-main', stale)
    expect(await create?.call(createRequest('1004'), context)).toMatchObject({ outcome: 'committed' })
    expect(context.sessions.get('tryton/tryton-main')).not.toEqual(stale)
  })

  it('refuses for good, and leaves nothing behind, when a product or a currency is not in Tryton', async () => {
    const lines = [{ lineId: 'L1', externalSku: 'NO-SUCH', title: 'Nothing', quantity: 1, unitPriceMinor: 100 }]
    expect(await create?.call(createRequest('1005', { lines }), erp.context())).toEqual({
      outcome: 'absent',
      retryable: false,
      class: 'missing',
      message: 'Tryton has no product with code NO-SUCH',
    })
    expect(await create?.call(createRequest('1005', { currency: 'CHF' }), erp.context())).toMatchObject({
      outcome: 'absent',
      retryable: false,
      message: 'Tryton has no currency CHF',
    })
    expect(await erp.sales('1005')).toEqual([])
  })

  it('says permission for a wrong password', async () => {
    const outcome = await create?.call(createRequest('1006'), erp.context([], { password: 'not-the-password' }))
    expect(outcome).toMatchObject({ outcome: 'absent', retryable: false, class: 'permission' })
  })

  it('places twenty orders that come at once, each exactly once, for one customer', async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => `many-${index}`)
    const customer = { externalId: 'crowd' }
    const context = erp.context()
    await runEffect(create, createRequest('many-first', { customer: { externalId: 'first' } }), context)
    await Promise.all(numbers.map((number) => runEffect(create, createRequest(number, { customer }), context)))
    for (const number of numbers) expect(await erp.sales(number)).toMatchObject([{ state: 'processing' }])
    expect(await erp.partiesWithCode('shopify-us:crowd')).toBe(1)
  })

  it('never makes two sales of one order when two attempts run into each other', async () => {
    const request = createRequest('1040')
    const outcomes = await Promise.all([
      runEffect(create, request, erp.context()),
      runEffect(create, request, erp.context()),
    ])
    const sales = await erp.sales('1040')
    expect(sales.filter((sale) => sale.state !== 'draft')).toHaveLength(1)
    expect(new Set(outcomes.map(referenceOf)).size).toBe(1)
  })
}

function shipping(erp: ErpUnderTest): void {
  it('ships in parts: each report once, the remainder stays open, nothing beyond what was ordered', async () => {
    const context = erp.context()
    const sale = referenceOf(await runEffect(create, createRequest('1010'), context))
    const first = shipmentRequest('1010', 'S1', sale, [['L1', 'ROPE-10', 2]])
    await runEffect(record, first, context)
    await runEffect(record, first, context)
    expect((await erp.shipments('1010')).map((row) => [row.state, row.reference, row.units])).toEqual([
      ['done', 'shopify-us:1010/S1 1Z1010S1', { 'ROPE-10': 2 }],
      ['waiting', null, { 'ANCHOR-S': 3, 'ROPE-10': 3 }],
    ])
    expect(await record?.probe(first, context)).toMatchObject({ outcome: 'committed' })
    const second = shipmentRequest('1010', 'S2', sale, [
      ['L1', 'ROPE-10', 3],
      ['L2', 'ANCHOR-S', 3],
    ])
    expect(await record?.probe(second, context)).toEqual({ outcome: 'absent' })
    await runEffect(record, second, context)
    expect((await erp.shipments('1010')).map((row) => row.state)).toEqual(['done', 'done'])
    expect(await erp.sales('1010')).toMatchObject([{ shipmentState: 'sent' }])
    const third = shipmentRequest('1010', 'S3', sale, [['L1', 'ROPE-10', 1]])
    expect(await record?.call(third, context)).toMatchObject({
      outcome: 'absent',
      retryable: false,
      message: `sale ${sale} has nothing left to ship of ROPE-10 (1)`,
    })
  })

  it.each(['write', 'assign_force', 'pick', 'pack', 'done'])(
    'books a partial shipment once although the answer to its %s is lost',
    async (step) => {
      const number = `ship-${step.replace('_', '-')}`
      const sale = referenceOf(await runEffect(create, createRequest(number), erp.context()))
      const lose = [`model.stock.shipment.out.${step}`]
      const request = shipmentRequest(number, 'S1', sale, [['L2', 'ANCHOR-S', 1]])
      await runEffect(record, request, erp.context(lose))
      expect(lose).toEqual([])
      const shipments = await erp.shipments(number)
      expect(shipments.map((row) => [row.state, row.units])).toEqual([
        ['done', { 'ANCHOR-S': 1 }],
        ['waiting', { 'ANCHOR-S': 2, 'ROPE-10': 5 }],
      ])
    },
  )

  it('keeps two reports of one sale apart when they come at the same moment', async () => {
    const sale = referenceOf(await runEffect(create, createRequest('1020'), erp.context()))
    await Promise.all([
      runEffect(record, shipmentRequest('1020', 'S1', sale, [['L1', 'ROPE-10', 2]]), erp.context()),
      runEffect(record, shipmentRequest('1020', 'S2', sale, [['L1', 'ROPE-10', 3]]), erp.context()),
    ])
    const shipments = await erp.shipments('1020')
    const booked = shipments.filter((row) => row.state === 'done').map((row) => [row.reference, row.units])
    expect(booked.sort()).toEqual([
      ['shopify-us:1020/S1 1Z1020S1', { 'ROPE-10': 2 }],
      ['shopify-us:1020/S2 1Z1020S2', { 'ROPE-10': 3 }],
    ])
    expect(shipments.filter((row) => row.state === 'waiting').map((row) => row.units)).toEqual([{ 'ANCHOR-S': 3 }])
  })
}

function cancelling(erp: ErpUnderTest): void {
  it('cancels a sale that is being processed, and says so however often it is asked', async () => {
    const context = erp.context()
    const sale = referenceOf(await runEffect(create, createRequest('1030'), context))
    const request = cancelRequest(sale)
    expect(await cancel?.probe(request, context)).toEqual({ outcome: 'absent' })
    expect(await runEffect(cancel, request, context)).toMatchObject({ outcome: 'committed' })
    expect(await cancel?.probe(request, context)).toMatchObject({ outcome: 'committed' })
    expect(await runEffect(cancel, request, context)).toMatchObject({ outcome: 'committed' })
    expect((await erp.shipments('1030')).map((row) => row.state)).toEqual(['cancelled'])
    expect(await erp.sales('1030')).toMatchObject([{ state: 'done' }])
  })

  it('cancels only what was not shipped yet, and refuses once everything was', async () => {
    const context = erp.context()
    const sale = referenceOf(await runEffect(create, createRequest('1031'), context))
    await runEffect(record, shipmentRequest('1031', 'S1', sale, [['L1', 'ROPE-10', 5]]), context)
    expect(await runEffect(cancel, cancelRequest(sale), context)).toMatchObject({ outcome: 'committed' })
    expect((await erp.shipments('1031')).map((row) => [row.state, row.units])).toEqual([
      ['done', { 'ROPE-10': 5 }],
      ['cancelled', { 'ANCHOR-S': 3 }],
    ])
    const shipped = referenceOf(await runEffect(create, createRequest('1032'), context))
    const all = shipmentRequest('1032', 'S1', shipped, [
      ['L1', 'ROPE-10', 5],
      ['L2', 'ANCHOR-S', 3],
    ])
    await runEffect(record, all, context)
    expect(await cancel?.call(cancelRequest(shipped), context)).toMatchObject({ outcome: 'absent', retryable: false })
  })

  it.each(['model.stock.shipment.out.cancel', 'model.sale.line.write', 'model.account.invoice.cancel'])(
    'cancels once although the answer to %s is lost',
    async (method) => {
      const number = `cancel-${method.split('.').at(-2)}`
      const sale = referenceOf(await runEffect(create, createRequest(number), erp.context()))
      await runEffect(cancel, cancelRequest(sale), erp.context([method]))
      expect((await erp.shipments(number)).map((row) => row.state)).toEqual(['cancelled'])
    },
  )
}
