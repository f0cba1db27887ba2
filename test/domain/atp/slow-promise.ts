/**
 * What may be promised, found the slow and obvious way: every unit is a thing of its own, every promised unit looks for
 * one thing that is there in time and keeps long enough, and one more unit may be promised while everybody still finds
 * one. Written from the words of the design, not from the formulas.
 */
import type { PositionFigures, UnitsAsk } from '../../../src/domain/atp/position-figures.ts'

type Thing = { readonly fromMs: number; readonly lifeMs: number }
type Wish = { readonly atMs: number; readonly needMs: number }

const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: Math.max(0, count) }, () => item)

function thingsOf(figures: PositionFigures, nowMs: number, withSupply: boolean): Thing[] {
  const inLots = figures.lots.flatMap((lot) =>
    times(lot.units, { fromMs: nowMs, lifeMs: lot.goodUntilMs ?? Number.POSITIVE_INFINITY }),
  )
  const loose = times(figures.sellable - inLots.length, { fromMs: nowMs, lifeMs: Number.POSITIVE_INFINITY })
  if (!withSupply) return [...inLots, ...loose]
  const coming = figures.supplies.flatMap((supply) => {
    const fromMs = supply.dueAtMs <= nowMs ? nowMs + supply.overdueDelayMs : supply.dueAtMs
    const trusted = Math.floor((supply.units * supply.confidencePercent) / 100)
    return times(trusted, { fromMs, lifeMs: supply.goodUntilMs ?? Number.POSITIVE_INFINITY })
  })
  return [...inLots, ...loose, ...coming]
}

function wishesOf(figures: PositionFigures, nowMs: number, later: boolean): Wish[] {
  const needing = figures.needs.flatMap((need) => times(need.units, { atMs: nowMs, needMs: need.goodUntilMs }))
  const plain = times(figures.committed + figures.held - needing.length, { atMs: nowMs, needMs: 0 })
  const dated = figures.demands
    .filter(({ dueAtMs }) => later || dueAtMs <= nowMs)
    .flatMap((demand) =>
      times(demand.units, { atMs: Math.max(nowMs, demand.dueAtMs), needMs: demand.goodUntilMs ?? 0 }),
    )
  return [...needing, ...plain, ...dated]
}

const serves = (thing: Thing, { atMs, needMs }: Wish) =>
  thing.fromMs <= atMs && thing.lifeMs > atMs && thing.lifeMs >= needMs

/** How many wishes can each have a thing: everybody asks, and whoever has one moves over if he can have another. */
function matched(things: readonly Thing[], wishes: readonly Wish[]): number {
  const owner = new Map<Thing, number>()
  const own = things.map((thing) => ({ ...thing }))
  const find = (wish: number, asked: Set<Thing>): boolean =>
    own.some((thing) => {
      const wanted = wishes[wish]
      if (wanted === undefined || asked.has(thing) || !serves(thing, wanted)) return false
      asked.add(thing)
      const holder = owner.get(thing)
      if (holder !== undefined && !find(holder, asked)) return false
      owner.set(thing, wish)
      return true
    })
  return wishes.filter((_, wish) => find(wish, new Set())).length
}

/**
 * Day by day: who is due takes what it can, the choosiest first and each what expires first; who finds nothing waits
 * for the next day. Answers when each was served, and how many waited on each day.
 */
function live(things: readonly Thing[], wishes: readonly Wish[]) {
  const days = [...new Set([...things.map(({ fromMs }) => fromMs), ...wishes.map(({ atMs }) => atMs)])].sort(
    (a, b) => a - b,
  )
  const left = things.map((thing) => ({ ...thing }))
  let open = [...wishes]
  const served: Wish[] = []
  const waiting: { readonly atMs: number; readonly units: number }[] = []
  for (const atMs of days) {
    const lives = (wish: Wish) => Math.max(wish.needMs, atMs + 1)
    const due = open.filter((wish) => wish.atMs <= atMs).sort((a, b) => lives(b) - lives(a))
    const unserved: Wish[] = []
    for (const wish of due) {
      const now = { atMs, needMs: wish.needMs }
      const [first] = left.filter((thing) => serves(thing, now)).sort((a, b) => a.lifeMs - b.lifeMs)
      if (first === undefined) unserved.push(wish)
      else {
        left.splice(left.indexOf(first), 1)
        served.push(now)
      }
    }
    open = [...unserved, ...open.filter((wish) => wish.atMs > atMs)]
    waiting.push({ atMs, units: unserved.length })
  }
  return { served, waiting }
}

function keptBack(figures: PositionFigures, ask: UnitsAsk, byMs: number): number {
  let kept = Math.max(figures.safetyStock, ask.keepBack)
  for (const protection of figures.protections) {
    if (protection.group === ask.group) continue
    if (protection.releaseAtMs !== null && protection.releaseAtMs <= byMs) continue
    const lent = protection.lendsTo.find(({ group }) => group === ask.group)?.units ?? 0
    kept += Math.max(0, protection.units - lent)
  }
  return kept
}

/** One unit more, and one more, until somebody would go without. */
function room(things: readonly Thing[], served: readonly Wish[], wish: Wish): number {
  let more = 0
  while (matched(things, [...served, ...times(more + 1, wish)]) === served.length + more + 1) more += 1
  return more
}

export function slowAtp(figures: PositionFigures, ask: UnitsAsk, byMs: number): number {
  const atMs = Math.max(byMs, ask.nowMs)
  const things = thingsOf(figures, ask.nowMs, true)
  const { served, waiting } = live(things, wishesOf(figures, ask.nowMs, true))
  const before = waiting.filter((day) => day.atMs <= atMs).at(-1)?.units ?? 0
  const most = Math.max(before, ...waiting.filter((day) => day.atMs > atMs).map(({ units }) => units))
  const more = room(things, served, { atMs, needMs: ask.goodUntilMs ?? 0 })
  return Math.max(0, more - most - keptBack(figures, ask, atMs))
}

/** What is free of today's stock before anybody later counts; short of it, by how much. */
export function slowFree(figures: PositionFigures, ask: UnitsAsk): number {
  const things = thingsOf(figures, ask.nowMs, false)
  const { served, waiting } = live(things, wishesOf(figures, ask.nowMs, false))
  const more = room(things, served, { atMs: ask.nowMs, needMs: ask.goodUntilMs ?? 0 })
  return more - (waiting.at(-1)?.units ?? 0) - keptBack(figures, ask, ask.nowMs)
}
