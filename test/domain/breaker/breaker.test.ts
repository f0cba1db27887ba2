import { describe, expect, it } from 'vitest'
import {
  type Breaker,
  type CallHealth,
  closedBreaker,
  permit,
  record,
  returnTrial,
} from '../../../src/domain/breaker/breaker.ts'

const t0 = 1_000_000
const noJitter = 0.5

const afterCalls = (calls: readonly CallHealth[], spacingMs = 100, from: Breaker = closedBreaker) =>
  calls.reduce((breaker, health, index) => record(breaker, health, t0 + index * spacingMs, noJitter), from)
const times = (count: number, health: CallHealth) => Array.from({ length: count }, () => health)

/** Opened by eight failures in a row, the last at `t0`. */
const opened = times(8, 'failed').reduce<Breaker>((breaker) => record(breaker, 'failed', t0, noJitter), closedBreaker)

describe('closed', () => {
  it('lets calls through', () => {
    expect(permit(closedBreaker, t0).permission).toEqual({ allowed: true, phase: 'closed' })
  })

  it('opens after eight failures in a row, however slowly they come', () => {
    expect(afterCalls(times(7, 'failed'), 600_000).phase).toBe('closed')
    expect(afterCalls(times(8, 'failed'), 600_000).phase).toBe('open')
  })

  it('stays closed for a partner that fails a third of its calls', () => {
    const flaky = Array.from({ length: 300 }, (_, index): CallHealth => (index % 3 === 0 ? 'failed' : 'ok'))
    expect(afterCalls(flaky).phase).toBe('closed')
  })

  it('opens when most calls of the window fail, though some still work', () => {
    const failing = Array.from({ length: 40 }, (_, index): CallHealth => (index % 5 === 4 ? 'ok' : 'failed'))
    expect(afterCalls(failing).phase).toBe('open')
  })

  it('forgets failures that have left the window', () => {
    const before = afterCalls([...times(7, 'failed'), 'ok', ...times(7, 'failed'), 'ok'])
    const muchLater = record(before, 'failed', t0 + 3_600_000, noJitter)
    expect(muchLater.phase).toBe('closed')
  })

  it('remembers a bounded number of calls', () => {
    const breaker = afterCalls(times(1_000, 'ok'))
    expect(breaker.phase === 'closed' && breaker.recent.length).toBe(50)
  })
})

describe('open', () => {
  it('refuses until its time is over, and says when', () => {
    expect(permit(opened, t0 + 4_999).permission).toEqual({ allowed: false, retryAtMs: t0 + 5_000 })
  })

  it('then lets exactly one trial through', () => {
    const first = permit(opened, t0 + 5_000)
    expect(first.permission).toEqual({ allowed: true, phase: 'half_open' })
    expect(permit(first.breaker, t0 + 5_001).permission.allowed).toBe(false)
  })

  it('takes no notice of calls that were under way when it opened', () => {
    expect(record(opened, 'ok', t0 + 1, noJitter)).toEqual(opened)
    expect(record(opened, 'failed', t0 + 1_000, noJitter)).toEqual(opened)
  })

  it('spreads its time by a fifth to either side', () => {
    const untilMs = (random: number) => {
      const breaker = times(8, 'failed').reduce<Breaker>((each) => record(each, 'failed', t0, random), closedBreaker)
      return breaker.phase === 'open' ? breaker.untilMs - t0 : null
    }
    expect(untilMs(0)).toBe(4_000)
    expect(untilMs(0.999_999)).toBe(6_000)
  })
})

describe('half open', () => {
  const trial = permit(opened, t0 + 5_000).breaker

  it('closes when the trial succeeds', () => {
    expect(record(trial, 'ok', t0 + 6_000, noJitter)).toEqual(closedBreaker)
  })

  it('opens again for twice as long when the trial fails, up to a minute', () => {
    let breaker = trial
    const openMs: number[] = []
    let atMs = t0 + 6_000
    for (let round = 0; round < 6; round += 1) {
      breaker = record(breaker, 'failed', atMs, noJitter)
      if (breaker.phase !== 'open') throw new Error('expected an open breaker')
      openMs.push(breaker.untilMs - atMs)
      atMs = breaker.untilMs
      breaker = permit(breaker, atMs).breaker
    }
    expect(openMs).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000])
  })

  it('lets the others ask again soon: the trial is a matter of seconds', () => {
    expect(permit(trial, t0 + 6_000).permission).toEqual({ allowed: false, retryAtMs: t0 + 8_000 })
    expect(permit(trial, t0 + 34_000).permission).toEqual({ allowed: false, retryAtMs: t0 + 35_000 })
  })

  it('hands the trial on when it was not used', () => {
    const returned = returnTrial(trial, t0 + 5_100)
    expect(permit(returned, t0 + 5_100).permission).toEqual({ allowed: true, phase: 'half_open' })
    expect(returnTrial(opened, t0)).toBe(opened)
  })

  it('grants another trial when nobody reported the first', () => {
    expect(permit(trial, t0 + 5_000 + 30_000).permission).toEqual({ allowed: true, phase: 'half_open' })
  })
})
