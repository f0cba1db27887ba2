import { describe, expect, it } from 'vitest'
import { bufferSchema } from '../../../src/domain/config/feed.ts'
import { bufferOf, lagOf } from '../../../src/domain/feed/buffer.ts'
import { addLag, emptySketch, type LagSketch, lagQuantile, weightOf } from '../../../src/domain/feed/lag-sketch.ts'
import {
  addSales,
  isFast,
  isOver,
  noSales,
  perHour,
  rateAt,
  rateHalfLifeMs,
} from '../../../src/domain/feed/sell-rate.ts'

const nowMs = 1_000_000_000
const hourMs = 3_600_000
const rule = bufferSchema.parse({ z: 2, riskPercent: 0 })
const measured = (lags: readonly number[], atMs = nowMs): LagSketch =>
  lags.reduce((sketch, lagMs) => addLag(sketch, lagMs, atMs), emptySketch)
/** A SKU that has sold so many an hour for long enough. */
const selling = (elsewhere: number, own = 0) => {
  const weight = (units: number) => units / perHour(1)
  return { own: weight(own), elsewhere: weight(elsewhere), atMs: nowMs }
}

describe('how long a channel takes', () => {
  it('is a quantile of what was measured, off by a twentieth and never too hopeful', () => {
    const lags = Array.from({ length: 1_000 }, (_, index) => (index + 1) * 100)
    for (const quantile of [0.5, 0.95]) {
      const exact = quantile * 100_000
      const found = lagQuantile(measured(lags), quantile) ?? 0
      expect(found).toBeGreaterThanOrEqual(exact * 0.999)
      expect(found).toBeLessThan(exact * 1.11)
    }
  })

  it('is unknown when nothing was measured', () => expect(lagQuantile(emptySketch, 0.95)).toBeNull())

  it('forgets, and stays small whatever it is told', () => {
    let sketch = measured(Array.from({ length: 100 }, () => 600_000))
    for (let hour = 1; hour <= 12; hour++) sketch = addLag(sketch, 1_000, nowMs + hour * hourMs)
    expect(lagQuantile(sketch, 0.95)).toBeLessThan(1_200)
    const wild = measured(Array.from({ length: 2_000 }, (_, index) => 1.5 ** (index % 90)))
    expect(Object.keys(wild.weights).length).toBeLessThan(160)
    expect(weightOf(wild)).toBe(2_000)
  })

  it('is what the configuration says until enough was measured', () => {
    const few = measured(Array.from({ length: 19 }, () => 300_000))
    expect(lagOf(rule, few)).toBe(30_000)
    expect(lagOf(rule, addLag(few, 300_000, nowMs))).toBeGreaterThan(299_000)
  })
})

describe('how fast a SKU sells', () => {
  it('halves in a quarter of an hour without sales', () => {
    const rate = addSales(noSales, { own: 2, elsewhere: 8 }, nowMs)
    expect(rateAt(rate, nowMs + rateHalfLifeMs)).toMatchObject({ own: 1, elsewhere: 4 })
  })

  it('comes to the true rate of a steady seller', () => {
    let rate = noSales
    for (let atMs = 0; atMs <= 10 * hourMs; atMs += hourMs / 60) {
      rate = addSales(rate, { own: 0, elsewhere: 1 }, nowMs + atMs)
    }
    expect(perHour(rate.elsewhere)).toBeGreaterThan(57)
    expect(perHour(rate.elsewhere)).toBeLessThan(63)
  })

  it('says who is fast, and who is not worth a row any more', () => {
    expect([isFast(selling(5)), isFast(selling(2, 3)), isFast(selling(2))]).toEqual([true, true, false])
    const one = addSales(noSales, { own: 1, elsewhere: 0 }, nowMs)
    expect([isOver(rateAt(one, nowMs + hourMs)), isOver(rateAt(one, nowMs + 4 * hourMs))]).toEqual([false, true])
  })
})

describe('a buffer', () => {
  it('is what is expected to be sold unseen within the lag, and its spread', () => {
    // 60 an hour for 15 minutes: 15 expected, and twice the root of 15 beyond.
    expect(bufferOf(rule, selling(60), hourMs / 4)).toMatchObject({ buffer: Math.ceil(15 + 2 * Math.sqrt(15)), z: 2 })
  })

  it('is nothing for what does not sell, whatever the lag', () => {
    expect(bufferOf(rule, { ...noSales, atMs: nowMs }, 6 * hourMs).buffer).toBe(0)
  })

  it('counts what other channels sold, and what this one sold where it does not see that itself', () => {
    const rate = selling(0, 60)
    expect(bufferOf(rule, rate, hourMs / 4).buffer).toBe(0)
    expect(bufferOf({ ...rule, seesOwnSales: false }, rate, hourMs / 4).buffer).toBe(23)
  })

  it('is never less than the static one, and never more than its bound', () => {
    expect(bufferOf({ ...rule, static: 5 }, selling(1), 60_000).buffer).toBe(5)
    expect(bufferOf({ ...rule, unitsMax: 10 }, selling(60), hourMs / 4).buffer).toBe(10)
    expect(bufferOf({ ...rule, unitsMax: 10, static: 12 }, selling(60), hourMs / 4).buffer).toBe(12)
  })

  it('leaves a small chance alone where it is told to', () => {
    const slow = selling(1)
    // One an hour and a lag of a minute: 1.7 % that anything is sold unseen.
    expect(bufferOf(rule, slow, 60_000).buffer).toBe(1)
    expect(bufferOf({ ...rule, riskPercent: 5 }, slow, 60_000).buffer).toBe(0)
    expect(bufferOf({ ...rule, riskPercent: 5 }, slow, 10 * 60_000).buffer).toBeGreaterThan(0)
  })
})
