/** What is asked of the sourcing engine for an order: its open lines, and the inputs that were looked up for it. */
import { type StockPart, stockParts } from '../catalog/stock-parts.ts'
import type { Sku } from '../shared/ids.ts'
import type { SourcingCandidate, SourcingLine, SourcingOrder, SourcingRequest } from '../sourcing/request.ts'
import type { CanonicalOrder, OrderLine } from './canonical-order.ts'
import type { LineState, OrderState } from './order-state.ts'
import { isExcluded } from './release-fulfilment.ts'
import type { PlanCandidate, PlanInputs, SkuFacts } from './saga-command.ts'
import type { PlanAsk } from './saga-step.ts'

/** What of an order a request is made from, so that a question may be asked of one that does not exist. */
export type SourcedOrder<Line> = {
  readonly order: CanonicalOrder
  readonly lines: readonly Line[]
  readonly saga: Pick<OrderState['saga'], 'excluded'>
}
export type SourcedLine = Pick<LineState, 'lineId' | 'sku' | 'packQuantity' | 'parts'>

/** `unitsOf`: ordered units to plan of a line; lines with none are left out. */
export function sourcingRequest<Line extends SourcedLine>(
  state: SourcedOrder<Line>,
  inputs: PlanInputs,
  allowPartial: boolean,
  unitsOf: (line: Line) => number,
  nowMs: number,
): SourcingRequest {
  const { configVersion, profile, profileVersion, candidates } = inputs
  const facts = new Map(inputs.skus.map((each) => [each.sku, each]))
  const asked = new Map(state.order.lines.map((line) => [line.lineId, line]))
  const lines = state.lines.flatMap((line): SourcingLine[] => {
    const quantity = unitsOf(line)
    if (quantity === 0 || line.sku === null) return []
    const excluded = candidates.map(({ location }) => location).filter((at) => isExcluded(state, at, line.lineId))
    const needs = stockParts({ ...line, sku: line.sku })
    const own = [...new Set([line.sku, ...needs.map(({ sku }) => sku)])].flatMap((sku) => facts.get(sku) ?? [])
    return [
      {
        lineId: line.lineId,
        quantity,
        needs,
        class: facts.get(line.sku)?.class ?? null,
        requirements: [...new Set(own.flatMap(({ requirements }) => requirements))].sort(),
        grams: sumOf(needs, facts, ({ grams }) => grams),
        priceMinor: priceOf(asked.get(line.lineId)),
        costMinor: sumOf(needs, facts, (fact) => (fact.costCurrency === state.order.currency ? fact.costMinor : null)),
        excluded,
      },
    ]
  })
  const order = sourcingOrder(state.order, inputs, allowPartial, nowMs)
  return { nowMs, configVersion, profile, profileVersion, order, lines, candidates: candidates.map(bare) }
}

/** What has to be looked up for it. */
export function planAsk<Line extends SourcedLine>(
  order: CanonicalOrder,
  lines: readonly Line[],
  unitsOf: (line: Line) => number,
  isFresh: boolean,
): PlanAsk {
  const demand = new Map<Sku, number>()
  for (const line of lines) {
    if (line.sku === null || unitsOf(line) === 0) continue
    for (const { sku, units } of stockParts({ ...line, sku: line.sku })) {
      demand.set(sku, (demand.get(sku) ?? 0) + units * unitsOf(line))
    }
  }
  const skus = [...new Set(lines.flatMap(({ sku }) => sku ?? []))]
  return { order, demand: [...demand].map(([sku, units]) => ({ sku, units })), skus, isFresh }
}

/** Nothing leaves before the order may. */
export function fromMs(order: CanonicalOrder, nowMs: number): number {
  return Math.max(nowMs, order.shipNotBeforeMs ?? nowMs)
}

function sourcingOrder(
  order: CanonicalOrder,
  { channelGroup, deliveryMethod, service }: PlanInputs,
  allowPartial: boolean,
  nowMs: number,
): SourcingOrder {
  const { account, currency, shipTo, tags, lines } = order
  return {
    channel: account,
    channelGroup,
    currency,
    valueMinor: lines.reduce((sum, line) => sum + line.unitPriceMinor * line.quantity - line.discountMinor, 0),
    shipTo:
      shipTo === null || shipTo.country === null
        ? null
        : { country: shipTo.country, region: shipTo.region, postalCode: shipTo.postalCode },
    tags,
    deliveryMethod,
    service,
    promisedByMs: order.promisedByMs ?? null,
    fromMs: fromMs(order, nowMs),
    allowPartial,
  }
}

/** What the buyer pays for one, its discount shared out; rounded down. */
function priceOf(line: OrderLine | undefined): number {
  if (line === undefined || line.quantity === 0) return line?.unitPriceMinor ?? 0
  return Math.floor((line.unitPriceMinor * line.quantity - line.discountMinor) / line.quantity)
}

/** Of one ordered unit; unknown when it is unknown of any part. */
function sumOf(
  needs: readonly StockPart[],
  facts: ReadonlyMap<string, SkuFacts>,
  figure: (fact: SkuFacts) => number | null,
): number | null {
  return needs.reduce<number | null>((sum, { sku, units }) => {
    const fact = facts.get(sku)
    const each = fact === undefined ? null : figure(fact)
    return sum === null || each === null ? null : sum + each * units
  }, 0)
}

/** Who picks there is the order's to know, not the engine's. */
function bare(candidate: PlanCandidate): SourcingCandidate {
  const {
    warehouse: _warehouse,
    reporter: _reporter,
    keptBack: _keptBack,
    cutOffAtMs: _cutOffAtMs,
    ...rest
  } = candidate
  return rest
}
