import { describe, expect, it } from 'vitest'
import { decideSourcing } from '../../../src/domain/sourcing/decide-sourcing.ts'
import type { Term } from '../../../src/domain/sourcing/decision.ts'
import { normalised } from '../../../src/domain/sourcing/normalised.ts'
import { onTimeProbability } from '../../../src/domain/sourcing/on-time.ts'
import type { SourcingCandidate, SourcingLine, SourcingOrder } from '../../../src/domain/sourcing/request.ts'
import { dayMs, lane, lineOf, nowMs, placeOf, profileOf, requestOf } from '../../fixtures/sourcing.ts'

const have = { ROPE: 10 }
const costing = (costMinor: number, change: Parameters<typeof lane>[0] = {}) => ({
  lanes: [lane({ brackets: [{ gramsMax: 30_000, costMinor }], ...change })],
})
const day = (unitsUsed: number, unitsMax = 100) => ({
  capacity: { dayKey: '2026-01-05', unitsMax, unitsUsed, ordersMax: null, ordersUsed: 0 },
})

function weighed(
  term: Term,
  candidates: readonly SourcingCandidate[],
  order: Partial<SourcingOrder> = {},
  lines: readonly SourcingLine[] = [lineOf('A', 2)],
) {
  const decision = decideSourcing(requestOf(lines, candidates, profileOf({ weights: { [term]: 2 } }), order))
  const plans = decision.attempts[0]?.plans.filter(({ refused }) => refused === null) ?? []
  return {
    taken: [...new Set(decision.plan?.allocations.map(({ location }) => location))].join('+'),
    raws: plans.map(({ terms }) => terms[term].raw),
    best: decision.plan?.terms[term],
    score: decision.plan?.score,
  }
}

describe('what makes one plan better than another', () => {
  it('sla: being more likely on time', () => {
    const places = [placeOf('a', have, { dispatchAtMs: nowMs + dayMs, ...costing(1) }), placeOf('b', have, costing(9))]
    const answer = weighed('sla', places, { promisedByMs: nowMs + 3 * dayMs })
    expect(answer).toMatchObject({ taken: 'b', raws: [0.7, 0.5], best: { normalised: 1, weighted: 2 }, score: 2 })
  })

  it('sla: all of several shipments have to be on time', () => {
    const places = [placeOf('a', { ROPE: 1 }, costing(1)), placeOf('b', { ROPE: 1 }, costing(1))]
    expect(weighed('sla', places, { promisedByMs: nowMs + 2 * dayMs }).raws).toEqual([0.25])
  })

  it('margin: what is left of the price, in the units that can be had', () => {
    const lines = [
      lineOf('A', 2, { priceMinor: 1_000, costMinor: 600 }),
      lineOf('B', 2, { priceMinor: 900, costMinor: 800 }),
    ]
    const answer = weighed('margin', [placeOf('a', { ROPE: 2 })], {}, lines)
    expect(answer).toMatchObject({ taken: 'a', raws: [800, 200] })
  })

  it('margin: unknown where the cost of anything is', () => {
    expect(weighed('margin', [placeOf('a', have)], {}, [lineOf('A', 1, { costMinor: null })]).raws).toEqual([null])
  })

  it('ship: cheaper carriage', () => {
    const places = [placeOf('a', have, { priority: 1, ...costing(900) }), placeOf('b', have, costing(500))]
    expect(weighed('ship', places)).toMatchObject({ taken: 'b', raws: [500, 900] })
  })

  it('ship: an unknown price counts as the dearest', () => {
    const places = [
      placeOf('a', have, { priority: 1 }),
      placeOf('b', have, costing(500)),
      placeOf('c', have, costing(900)),
    ]
    expect(weighed('ship', places)).toMatchObject({ taken: 'b', raws: [500, null, 900] })
  })

  it('split: fewer shipments', () => {
    const places = [placeOf('a', { ROPE: 1 }), placeOf('b', { ROPE: 1 }), placeOf('c', have, { priority: 999 })]
    expect(weighed('split', places)).toMatchObject({ taken: 'c', best: { raw: 0, weighted: 0 } })
  })

  it('capacity: emptier days, by the square of how full they become', () => {
    const places = [placeOf('a', have, { priority: 1, ...day(88) }), placeOf('b', have, day(38))]
    expect(weighed('capacity', places)).toMatchObject({ taken: 'b', raws: [0.16, 0.81] })
  })

  it('stockout: leaving more than is asked for there', () => {
    const at = (id: string, units: number, pace: number) => {
      const place = placeOf(id, { ROPE: units }, { priority: id === 'a' ? 1 : 2 })
      return { ...place, figures: place.figures.map((figure) => ({ ...figure, pace })) }
    }
    expect(weighed('stockout', [at('a', 4, 2), at('b', 20, 2)])).toMatchObject({ taken: 'b', raws: [0.1, 0.5] })
  })

  it('priority: the lower figure', () => {
    const places = [placeOf('a', have, { priority: 30 }), placeOf('b', have, { priority: 10 })]
    expect(weighed('priority', places)).toMatchObject({ taken: 'b', raws: [10, 30] })
  })

  it('weighs several against each other', () => {
    const near = placeOf('near', have, costing(900, { p50Days: 1, p90Days: 1 }))
    const far = placeOf('far', have, costing(500, { p50Days: 3, p90Days: 3 }))
    const by = (sla: number, ship: number) =>
      decideSourcing(
        requestOf([lineOf('A', 1)], [near, far], profileOf({ weights: { sla, ship } }), {
          promisedByMs: nowMs + 2 * dayMs,
        }),
      ).plan
    expect(by(2, 1)).toMatchObject({ score: 1, shipments: [{ location: 'near' }] })
    expect(by(1, 2)).toMatchObject({ score: 0, shipments: [{ location: 'far' }] })
  })
})

describe('the service that takes a shipment', () => {
  const services = {
    lanes: [
      lane({ service: 'slow', p50Days: 4, p90Days: 6, brackets: [{ gramsMax: 900, costMinor: 300 }] }),
      lane({
        service: 'fast',
        p50Days: 1,
        p90Days: 2,
        brackets: [
          { gramsMax: 900, costMinor: 700 },
          { gramsMax: 5_000, costMinor: 800 },
        ],
      }),
    ],
  }
  const shipped = (quantity: number, order: Partial<SourcingOrder>) =>
    decideSourcing(requestOf([lineOf('A', quantity)], [placeOf('a', have, services)], profileOf({}), order)).plan
      ?.shipments[0]

  it('is the cheapest where nothing was promised', () => {
    expect(shipped(1, {})).toMatchObject({ service: 'slow', costMinor: 300, onTime: 1 })
  })
  it('is the one that is on time well enough, where a date was promised', () => {
    expect(shipped(1, { promisedByMs: nowMs + 2 * dayMs })).toMatchObject({ service: 'fast', onTime: 0.9 })
  })
  it('takes the weight of the shipment', () => {
    expect(shipped(2, {})).toMatchObject({ service: 'fast', costMinor: 800, grams: 1_000 })
    expect(shipped(11, {})).toMatchObject({ service: 'fast', grams: 5_000 })
  })
  it('is the one that was sold', () => {
    expect(shipped(1, { service: 'fast' })).toMatchObject({ service: 'fast', costMinor: 700 })
  })
})

describe('the probability of being on time', () => {
  const by = (days: number) => onTimeProbability(nowMs, { p50Days: 2, p90Days: 4 }, nowMs + days * dayMs)

  it('is a half at the median, nine in ten at the ninetieth percentile, and straight in between', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((days) => Number(by(days).toFixed(6)))).toEqual([
      0, 0.25, 0.5, 0.7, 0.9, 0.95, 1, 1,
    ])
  })
  it('is a step where every parcel takes the same time', () => {
    const exact = { p50Days: 2, p90Days: 2 }
    expect(onTimeProbability(nowMs, exact, nowMs + 2 * dayMs - 1)).toBe(0)
    expect(onTimeProbability(nowMs, exact, nowMs + 2 * dayMs)).toBe(1)
  })
  it('is certain where nothing was promised, and nil where nothing ever leaves', () => {
    expect(onTimeProbability(null, null, null)).toBe(1)
    expect(onTimeProbability(null, null, nowMs)).toBe(0)
  })
})

it('normalises over what is known: least to 0, most to 1, unknown to the worse of the two', () => {
  expect(normalised([5, null, 15, 10], 'less')).toEqual([0, 1, 1, 0.5])
  expect(normalised([5, null, 15], 'more')).toEqual([0, 0, 1])
  expect(normalised([7, 7], 'more')).toEqual([0, 0])
  expect(normalised([7, null], 'more')).toEqual([1, 0])
  expect(normalised([null, null], 'less')).toEqual([0, 0])
})
