/** The Tryton connector against the real server from Debian's packages: what ends up in the ERP is read back from it. */
import { afterAll, beforeAll, describe } from 'vitest'
import { z } from 'zod'
import { startTryton, type TrytonServer, trytonMissing } from '../../scripts/sandbox/tryton/start-tryton.ts'
import { minorUnitsOf } from '../../src/connectors/transport/money.ts'
import { openTryton } from '../../src/connectors/tryton/open-tryton.ts'
import { describeErp } from '../connectors/tryton/erp-contract.ts'
import { erpContext } from '../connectors/tryton/tryton-requests.ts'

const missing = await trytonMissing()
if (missing !== null) console.warn(`\n*** SKIPPED: the live Tryton suite. ${missing}\n`)

const saleSchema = z.object({
  number: z.string().nullable(),
  state: z.string(),
  shipment_state: z.string(),
  untaxed_amount: z.object({ decimal: z.string() }),
  'currency.': z.object({ code: z.string() }),
})
const moveSchema = z.object({ quantity: z.number(), 'product.': z.object({ code: z.string() }) })
const shipmentSchema = z.object({
  state: z.string(),
  reference: z.string().nullable(),
  'outgoing_moves.': z.array(moveSchema),
})

describe.skipIf(missing !== null)('the Tryton connector on a real Tryton 6.0', () => {
  let server: TrytonServer
  let inspector: ReturnType<typeof erpContext>

  beforeAll(async () => {
    server = await startTryton()
    inspector = erpContext({ ...server, ...server.admin })
  })
  afterAll(() => server?.stop())

  /** Reads as the administrator, past everything the connector does. */
  async function rows<T>(model: string, clause: unknown, fields: readonly string[], row: z.ZodType<T>): Promise<T[]> {
    const opened = await openTryton(inspector)
    if (!opened.ok) throw new Error(opened.error.message)
    const params = [[clause], 0, null, [['id', 'ASC']], fields]
    const found = await opened.value.invoke({ method: `model.${model}.search_read`, params, answer: z.array(row) })
    if (!found.ok) throw new Error(found.error.message)
    return found.value
  }

  async function sales(number: string) {
    const clause = ['reference', '=', `shopify-us:${number}`]
    const fields = ['number', 'state', 'shipment_state', 'untaxed_amount', 'currency.code']
    const found = await rows('sale.sale', clause, fields, saleSchema)
    return found.map((sale) => {
      const amount = minorUnitsOf(sale.untaxed_amount.decimal, sale['currency.'].code)
      if (!amount.ok) throw new Error(`${sale.untaxed_amount.decimal} is not exact`)
      return { ...sale, shipmentState: sale.shipment_state, minorUnits: amount.value }
    })
  }

  async function shipments(number: string) {
    const clause = ['moves.sale.reference', '=', `shopify-us:${number}`]
    const fields = ['state', 'reference', 'outgoing_moves.quantity', 'outgoing_moves.product.code']
    const found = await rows('stock.shipment.out', clause, fields, shipmentSchema)
    return found.map((shipment) => ({ ...shipment, units: unitsIn(shipment['outgoing_moves.']) }))
  }

  describeErp({
    context: (lose, change) => erpContext({ ...server, ...change }, lose),
    sales,
    shipments,
    partiesWithCode: async (code) => {
      const party = z.object({ id: z.int() })
      return (await rows('party.party', ['code', '=', code], ['code'], party)).length
    },
  })
})

function unitsIn(moves: readonly z.infer<typeof moveSchema>[]): Record<string, number> {
  const units: Record<string, number> = {}
  for (const { quantity, 'product.': product } of moves) units[product.code] = (units[product.code] ?? 0) + quantity
  return units
}
