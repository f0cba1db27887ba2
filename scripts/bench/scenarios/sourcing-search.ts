/**
 * The sourcing engine alone, in this process: no HTTP, no actor, nothing looked up. Orders of many lines over many
 * locations, none of which has everything, so that lines are split and most plans are never looked at.
 */
import { lineId, locationId, sku } from '../../../src/domain/shared/ids.ts'
import { statesMax } from '../../../src/domain/sourcing/bounds.ts'
import { decideSourcing } from '../../../src/domain/sourcing/decide-sourcing.ts'
import type { SourcingDecision } from '../../../src/domain/sourcing/decision.ts'
import { profileSchema } from '../../../src/domain/sourcing/profile.ts'
import type { SourcingCandidate, SourcingLine, SourcingRequest } from '../../../src/domain/sourcing/request.ts'
import { percentile } from '../drive.ts'
import { assertEqual, type InProcess, sum } from '../scenario.ts'

export const smallSearch = search(10, 10)
export const wideSearch = search(50, 40)

const dayMs = 86_400_000
const nowMs = Date.UTC(2026, 0, 5, 9)
const orderCount = 8
const profile = profileSchema.parse({
  id: 'weighed',
  strategies: [{ id: 'weighed', weights: { sla: 1, ship: 1, split: 0.4, stockout: 0.2, priority: 0.2 } }],
})

function search(lineCount: number, placeCount: number): InProcess {
  const name = `sourcing-search-${lineCount}x${placeCount}`
  const title = `search, ${lineCount} lines, ${placeCount} locations`
  return { name, title, goals: {}, run: (seconds) => ({ scenario: name, ...runFor(seconds, lineCount, placeCount) }) }
}

/** Every order again and again: each has the same plan each time, and the whole order in it. */
function runFor(seconds: number, lineCount: number, placeCount: number) {
  const requests = Array.from({ length: orderCount }, (_, order) => requestOf(order, lineCount, placeCount))
  const first = requests.map((request) => checked(request, decideSourcing(request)))
  const tookMs: number[] = []
  const cpuBefore = process.cpuUsage()
  const startMs = performance.now()
  while (performance.now() - startMs < seconds * 1_000) {
    const at = tookMs.length % orderCount
    const sentMs = performance.now()
    const decision = decideSourcing(requests[at] as SourcingRequest)
    tookMs.push(performance.now() - sentMs)
    assertEqual('score of the same order', String(decision.plan?.score), String(first[at]?.plan?.score))
  }
  const tookSeconds = (performance.now() - startMs) / 1_000
  const { user, system } = process.cpuUsage(cpuBefore)
  const cpuMicros = (user + system) / tookMs.length
  const perSecond = tookMs.length / tookSeconds
  tookMs.sort((left, right) => left - right)
  const explored = first.map(({ attempts }) => attempts[0]?.explored ?? 0)
  return {
    ...{ target: 'product' as const, connections: 1, seconds, perSecond, failed: 0 },
    ...{ p50Ms: percentile(tookMs, 0.5), p90Ms: percentile(tookMs, 0.9), cpuMicros, cpuSettledMicros: cpuMicros },
    extra: { statesExplored: sum(explored) / explored.length },
  }
}

function checked(request: SourcingRequest, decision: SourcingDecision): SourcingDecision {
  const { plan, attempts } = decision
  if (plan === null) throw new Error('no plan was found')
  const wanted = sum(request.lines.map(({ quantity }) => quantity))
  assertEqual('units planned', sum(plan.allocations.map(({ quantity }) => quantity)), wanted)
  for (const { sku: what, available, location } of request.candidates.flatMap(({ figures, location }) =>
    figures.map((figure) => ({ ...figure, location })),
  )) {
    const lines = new Set(request.lines.filter(({ needs }) => needs[0]?.sku === what).map((line) => line.lineId))
    const own = plan.allocations.filter((piece) => piece.location === location && lines.has(piece.lineId))
    if (sum(own.map(({ quantity }) => quantity)) > available) throw new Error(`${what} at ${location} is oversold`)
  }
  if ((attempts[0]?.explored ?? 0) > statesMax) throw new Error('the search looked further than it may')
  return decision
}

function requestOf(order: number, lineCount: number, placeCount: number): SourcingRequest {
  const lines = Array.from({ length: lineCount }, (_, at) => lineOf(order, at))
  const candidates = Array.from({ length: placeCount }, (_, at) => placeOf(order, at, lines))
  return {
    ...{ nowMs, configVersion: 'bench', profile, profileVersion: null, lines, candidates },
    order: {
      ...{ channel: 'portal', channelGroup: null, currency: 'USD', tags: [], deliveryMethod: 'ship', service: null },
      valueMinor: sum(lines.map(({ quantity, priceMinor }) => quantity * priceMinor)),
      shipTo: { country: 'US', region: null, postalCode: `${order}0101` },
      ...{ promisedByMs: nowMs + 4 * dayMs, fromMs: nowMs, allowPartial: true },
    },
  }
}

function lineOf(order: number, at: number): SourcingLine {
  return {
    ...{ lineId: lineId(`${at + 1}`), quantity: 1 + ((order + at) % 4), class: null, requirements: [], excluded: [] },
    needs: [{ sku: sku(`SKU-${at}`), units: 1 }],
    ...{ grams: 300 + 100 * (at % 9), priceMinor: 1_500 + 100 * at, costMinor: 900 + 50 * at },
  }
}

/** Two of three SKUs, one to six units of each, and more the further it lies. */
function placeOf(order: number, at: number, lines: readonly SourcingLine[]): SourcingCandidate {
  const zone = 1 + ((at * 3 + order) % 10)
  const figures = lines.flatMap(({ needs }, line) => {
    const mixed = (line * 7 + at * 5 + order * 3) % 9
    return mixed < 6 ? needs.map((need) => ({ sku: need.sku, available: mixed + 1, pace: (line + at) % 5 })) : []
  })
  return {
    ...{ location: locationId(`place-${at}`), kind: 'warehouse', priority: at, isUp: true },
    ...{ servesDestination: true, servesMethod: true, servesEntity: true, capabilities: [], dispatchAtMs: nowMs },
    capacity: { dayKey: '2026-01-05', unitsMax: 500, unitsUsed: (at * 37) % 400, ordersMax: null, ordersUsed: 0 },
    ...{ zone, figures, lanes: [lane('ground', zone, 450, 1), lane('express', zone, 1_650, 0.4)] },
  }
}

function lane(service: string, zone: number, baseMinor: number, days: number): SourcingCandidate['lanes'][number] {
  const brackets = [1_000, 5_000, 30_000, 500_000].map((gramsMax, step) => ({
    gramsMax,
    costMinor: baseMinor + 85 * zone + 130 * step + 21 * zone * step,
  }))
  return { service, currency: 'USD', p50Days: days * zone, p90Days: days * (zone + 2), brackets }
}
