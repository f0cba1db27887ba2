/**
 * Which protected units a claim takes. A group draws on its own and on what is nobody's in the order its protection
 * says, and borrows last. The claim remembers what it drew: shipping takes the earliest drawn for good, giving back
 * returns the latest.
 */
import { promiseTerms } from '../atp/atp-of.ts'
import type { PositionFigures, ProtectionFigure, UnitsAsk } from '../atp/position-figures.ts'
import { sumUnits } from '../atp/serve-claims.ts'
import type { Position, Protection } from './position.ts'
import type { Draw } from './stock-event.ts'

type Source = Pick<Draw, 'from' | 'units'>

/** Empty when nothing of it is protected. `quantity` is no more than may be promised for `byMs`. */
export function drawsFor(
  { protections }: Position,
  figures: PositionFigures,
  ask: UnitsAsk,
  byMs: number,
  quantity: number,
): readonly Draw[] {
  if (ask.group === null || protections.length === 0) return []
  const isOpen = ({ releaseAtMs }: ProtectionFigure) => releaseAtMs === null || releaseAtMs > byMs
  const open = figures.protections.filter(isOpen)
  const { onHand, supply, promised, waiting, safetyStock } = promiseTerms(figures, ask, byMs)
  const spare = onHand + supply - promised - waiting - safetyStock
  const nobodys = { from: null, units: Math.max(0, spare - sumUnits(open)) }
  const own = open
    .filter(({ group }) => group === ask.group)
    .map((figure) => sourceOf(protections, figure, figure.units))
  const loans = open.flatMap((figure) => {
    const loan = figure.lendsTo.find(({ group }) => group === ask.group)
    return loan === undefined || figure.group === ask.group ? [] : [sourceOf(protections, figure, loan.units)]
  })
  const ownFirst = protections.some(({ group, consume }) => group === ask.group && consume === 'protected_first')
  const draws = take([...(ownFirst ? [...own, nobodys] : [nobodys, ...own]), ...loans], ask.group, quantity)
  return draws.some(({ from }) => from !== null) ? draws : []
}

function sourceOf(protections: readonly Protection[], { group }: ProtectionFigure, units: number): Source {
  const since = protections.find((protection) => protection.group === group)?.since ?? 0
  return { from: { group, since }, units }
}

function take(sources: readonly Source[], by: string, quantity: number): readonly Draw[] {
  let left = quantity
  return sources.flatMap(({ from, units: there }): Draw[] => {
    const units = Math.min(left, there)
    left -= units
    return units === 0 ? [] : [{ from, by, units }]
  })
}

/** The part of a claim's draws that belongs to `units` of it, and the part that stays. */
export function splitDraws(
  draws: readonly Draw[],
  units: number,
  which: 'earliest' | 'latest',
): { readonly split: readonly Draw[]; readonly kept: readonly Draw[] } {
  if (draws.length === 0) return { split: [], kept: [] }
  let left = units
  const ordered = which === 'earliest' ? draws : draws.toReversed()
  const parts = ordered.map((draw) => {
    const taken = Math.min(left, draw.units)
    left -= taken
    return { split: { ...draw, units: taken }, kept: { ...draw, units: draw.units - taken } }
  })
  const some = (side: 'split' | 'kept') => {
    const all = parts.map((part) => part[side]).filter((draw) => draw.units > 0)
    return which === 'earliest' ? all : all.toReversed()
  }
  return { split: some('split'), kept: some('kept') }
}

type Drawn = { readonly draws: readonly Draw[]; readonly units: number }

/** The draws of claims that become one. */
export function joinDraws(...claims: readonly Drawn[]): readonly Draw[] {
  if (claims.every(({ draws }) => draws.length === 0)) return []
  return claims.flatMap(({ draws, units }) => (draws.length > 0 ? draws : [{ from: null, by: null, units }]))
}

/** How draws change the protections they came from; one that ended since is owed nothing. */
export function changeProtections(
  protections: readonly Protection[],
  draws: readonly Draw[] | undefined,
  how: 'drawn' | 'returned' | 'shipped',
): readonly Protection[] {
  if (draws === undefined || protections.length === 0) return protections
  return protections.map((protection) => {
    const own = draws.filter(({ from }) => from?.group === protection.group && from.since === protection.since)
    return own.length === 0 ? protection : own.reduce((so, draw) => changeOne(so, draw, how), protection)
  })
}

function changeOne(protection: Protection, draw: Draw, how: 'drawn' | 'returned' | 'shipped'): Protection {
  const drawn = protection.drawn + (how === 'drawn' ? draw.units : 0 - draw.units)
  if (how === 'shipped') return { ...protection, drawn, shipped: protection.shipped + draw.units }
  const taken = how === 'drawn' ? draw.units : 0 - draw.units
  const lendsTo = protection.lendsTo.map((loan) =>
    loan.group === draw.by ? { ...loan, taken: loan.taken + taken } : loan,
  )
  return { ...protection, drawn, lendsTo }
}

/** Left out of events that draw nothing. */
export const drawsOf = (draws: readonly Draw[]): { draws?: readonly Draw[] } => (draws.length === 0 ? {} : { draws })
