/**
 * A shop on its worst days, in virtual time: the sandbox store's own records and rules behind a line and a front end
 * that fail in every way the feed has to live with. Buyers buy what it shows, and somebody counts in it by hand.
 */
import { costBucket } from '../../scripts/sandbox/shopify-cost.ts'
import { graphqlEndpoint, operationName } from '../../scripts/sandbox/shopify-graphql.ts'
import { inventoryMutations } from '../../scripts/sandbox/shopify-inventory.ts'
import { inventoryItemIdOf } from '../../scripts/sandbox/shopify-orders.ts'
import { storeRecords } from '../../scripts/sandbox/shopify-records.ts'
import { storeRoot } from '../../scripts/sandbox/shopify-resolvers.ts'
import type { StoreSchema } from '../../scripts/sandbox/shopify-schema.ts'
import type { PartnerFetch, PartnerResponse } from '../../src/connectors/ports.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

export const shopFaults = [
  /** Nothing was sent, or nothing arrived. */
  ...(['no_connection', 'lost_before', 'error_before'] as const),
  /** The work was done and nobody hears of it. */
  ...(['lost_after', 'error_after', 'gateway_page', 'says_nothing'] as const),
  /** The client gave up, and the work is done afterwards. */
  'late',
  ...(['too_many_requests', 'throttled'] as const),
  /** Refused with an error that names no listing, or none that there is. */
  ...(['names_nobody', 'names_a_stranger'] as const),
  /** A read that answers for fewer listings than were asked for. */
  'short_answer',
] as const
export type ShopFault = (typeof shopFaults)[number]
export type FaultRates = Readonly<Partial<Record<ShopFault, number>>>

type Request = Parameters<PartnerFetch>[0]
type Asked = { readonly query: string; readonly variables: Readonly<Record<string, unknown>> }
type Quantities = { readonly quantities: readonly { readonly inventoryItemId: string }[] }
/** How a listing is refused for a while: by name, or so that nobody can tell which it was. */
type Refusal = 'by_name' | 'in_silence'

const clientTimeoutMs = 10_000
const lateMaxMs = 15_000
const retryAfters = [undefined, '1', '30', 'soon', '-5', 'Wed, 21 Oct 2015 07:28:00 GMT'] as const
const full = { maximumAvailable: 20_000, currentlyAvailable: 20_000, restoreRate: 1_000 }
const costs: readonly unknown[] = [
  ...[null, 'none', {}, { requestedQueryCost: -1, throttleStatus: full }],
  { requestedQueryCost: 10, throttleStatus: full },
  { requestedQueryCost: 10, throttleStatus: { ...full, currentlyAvailable: 0, restoreRate: 0 } },
  { requestedQueryCost: 1e15, throttleStatus: { ...full, currentlyAvailable: 0, restoreRate: 1e-9 } },
]

export class FlakyShop {
  readonly refusals = new Map<string, Refusal>()
  readonly met = new Map<ShopFault, number>()
  rates: FaultRates = {}
  sendings = 0
  /** Calls that may still change something. */
  pending = 0
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #endpoint: ReturnType<typeof graphqlEndpoint>
  readonly #levels: Map<string, number>
  readonly #lateChange: (byListing: ReadonlyMap<string, number>) => void

  constructor(
    { schema }: StoreSchema,
    skus: readonly string[],
    clock: VirtualClock,
    random: Random,
    /** A call took effect after its caller had given it up: what it added to each listing. */
    lateChange: (byListing: ReadonlyMap<string, number>) => void,
  ) {
    this.#clock = clock
    this.#random = random
    this.#lateChange = lateChange
    const records = storeRecords({ skus, nowMs: clock.nowMs })
    this.#levels = records.inventory
    const root = storeRoot(records, inventoryMutations(records))
    this.#endpoint = graphqlEndpoint({ schema, root, bucket: costBucket(1_000, clock.nowMs) })
  }

  shown(listing: string): number {
    return this.#levels.get(listing) ?? 0
  }

  set(listing: string, units: number): void {
    this.#levels.set(listing, units)
  }

  readonly fetch: PartnerFetch = async (request) => {
    this.pending += 1
    try {
      return await this.#answer(request, this.#nextFault())
    } finally {
      this.pending -= 1
    }
  }

  async #answer(request: Request, fault: ShopFault | null): Promise<PartnerResponse> {
    const asked = JSON.parse(request.body ?? '') as Asked
    const isSending = operationName(asked.query) === 'SetQuantities'
    if (isSending) this.sendings += 1
    if (fault === 'no_connection') return failure(false, 'nobody listens')
    await this.#travel()
    if (fault === 'lost_before') return failure(true, 'the line was cut')
    if (fault === 'error_before') return said(503, 'try again later')
    if (fault === 'too_many_requests') return this.#tooMany()
    if (fault === 'throttled') return this.#throttled()
    if (fault === 'late') return this.#late(asked)
    if (isSending && fault === 'names_nobody') return refused([{ code: 'INVALID', field: null, message: 'no' }])
    if (isSending && fault === 'names_a_stranger') {
      return refused([{ code: 'INVALID', field: ['input', 'quantities', '777', 'quantity'], message: 'no' }])
    }
    const text = await this.#work(asked)
    await this.#travel()
    if (fault === 'lost_after') return failure(true, 'the line was cut')
    if (fault === 'error_after') return said(500, 'something went wrong')
    if (fault === 'gateway_page') return said(200, '<html>Back soon</html>')
    if (fault === 'says_nothing') return said(200, '{"data":{"inventorySetQuantities":null,"nodes":null}}')
    if (!isSending && fault === 'short_answer') return said(200, '{"data":{"nodes":[]}}')
    return said(200, text)
  }

  /** What it says of its budget is as good as made up. */
  async #work(asked: Asked): Promise<string> {
    const userErrors = this.#refusedIn(asked)
    if (userErrors.length > 0) return JSON.stringify(payloadOf(userErrors))
    const answer = await this.#endpoint(asked)
    return JSON.stringify({ ...answer, extensions: { cost: this.#random.pick(costs) } })
  }

  async #late(asked: Asked): Promise<PartnerResponse> {
    this.pending += 1
    this.#clock.after(clientTimeoutMs + this.#random.between(0, lateMaxMs), async () => {
      const before = new Map(this.#levels)
      await this.#work(asked)
      this.pending -= 1
      const changes = [...this.#levels].map(
        ([listing, units]) => [listing, units - (before.get(listing) ?? 0)] as const,
      )
      this.#lateChange(new Map(changes.filter(([, by]) => by !== 0)))
    })
    await this.#clock.sleep(clientTimeoutMs)
    return failure(true, 'no answer in time')
  }

  #refusedIn({ variables }: Asked): readonly unknown[] {
    const { quantities } = (variables.input ?? { quantities: [] }) as Quantities
    return quantities.flatMap(({ inventoryItemId }, at) => {
      const refusal = this.refusals.get(inventoryItemId.split('/').at(-1) ?? '')
      if (refusal === undefined) return []
      const field = refusal === 'by_name' ? ['input', 'quantities', String(at), 'inventoryItemId'] : ['input']
      return [{ code: 'ITEM_NOT_STOCKED_AT_LOCATION', field, message: 'The item is not stocked at the location.' }]
    })
  }

  #tooMany(): PartnerResponse {
    const retryAfter = this.#random.pick(retryAfters)
    return { ...said(429, ''), headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } }
  }

  #throttled(): PartnerResponse {
    const errors = [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }]
    return said(200, JSON.stringify({ errors, extensions: { cost: this.#random.pick(costs) } }))
  }

  #travel(): Promise<void> {
    return this.#clock.sleep(this.#random.between(5, 600))
  }

  #nextFault(): ShopFault | null {
    let drawn = this.#random.next()
    for (const fault of shopFaults) {
      drawn -= this.rates[fault] ?? 0
      if (drawn >= 0) continue
      this.met.set(fault, (this.met.get(fault) ?? 0) + 1)
      return fault
    }
    return null
  }
}

export const listingOf = (sku: string, place: number): string => `${inventoryItemIdOf(sku)}@${place}`

const said = (status: number, body: string) => ({ kind: 'response', status, headers: {}, body }) as const
const failure = (sent: boolean, message: string): PartnerResponse => ({
  ...{ kind: 'failure', sent, message },
  class: 'connection',
})
const payloadOf = (userErrors: readonly unknown[]) => ({
  data: { inventorySetQuantities: { inventoryAdjustmentGroup: null, userErrors } },
})
const refused = (userErrors: readonly unknown[]): PartnerResponse => said(200, JSON.stringify(payloadOf(userErrors)))
