/**
 * Units that claims have and the position has not: what is short of cover, by kind of claim. Who is covered first is
 * what `coverOf` says. Claims for later dates lack cover where neither what lies here nor what is announced will ever
 * serve them.
 */
import type { PositionFigures } from '../atp/position-figures.ts'
import { type Claim, claimAt, serveClaims, sumUnits } from '../atp/serve-claims.ts'
import { claimsDue, claimsLater, comingUnits, onHandUnits } from '../atp/supply-and-claims.ts'
import { figuresOf } from './figures-of.ts'
import { isPlainPosition, type Position } from './position.ts'

/** Claims that are alike to a position. `dueAtMs` null: for now. */
export type ClaimKind = {
  readonly status: 'held' | 'committed'
  readonly dueAtMs: number | null
  readonly goodUntilMs: number | null
}
export type Lacking = ClaimKind & { readonly units: number }

/** Only kinds that lack units. */
export function lackingOf(position: Position, nowMs: number): readonly Lacking[] {
  if (isPlainPosition(position)) return plainlyLacking(position)
  const figures = figuresOf(position, nowMs)
  return [...lackingNow(position, figures, nowMs), ...lackingLater(position, figures, nowMs)].filter(
    ({ units }) => units > 0,
  )
}

function plainlyLacking({ sellable, committedUnits, heldUnits }: Position): readonly Lacking[] {
  const short = Math.max(0, committedUnits + heldUnits - sellable)
  if (short === 0) return []
  const held = Math.min(short, heldUnits)
  return [lackingNamed('held', null, held), lackingNamed('committed', null, short - held)].filter(
    ({ units }) => units > 0,
  )
}

function lackingNamed(status: ClaimKind['status'], goodUntilMs: number | null, units: number): Lacking {
  return { status, dueAtMs: null, goodUntilMs, units }
}

type Row = { readonly goodUntilMs: number | null; readonly units: number }

/** Committed claims are served before holds are, and of each those that need the longest life choose first. */
function lackingNow(position: Position, figures: PositionFigures, nowMs: number): readonly Lacking[] {
  const { needs, committedUnits, heldUnits } = position
  const rows = (units: number, count: (need: { committed: number; held: number }) => number): readonly Row[] => {
    const needing = needs.map((need) => ({ goodUntilMs: need.goodUntilMs, units: count(need) }))
    return [{ goodUntilMs: null, units: units - sumUnits(needing) }, ...needing]
  }
  const committed = unserved(
    rows(committedUnits, (need) => need.committed),
    figures,
    nowMs,
  )
  const all = unserved(
    rows(committedUnits + heldUnits, (need) => need.committed + need.held),
    figures,
    nowMs,
  )
  return all.flatMap(({ goodUntilMs, units }, at) => {
    const ofCommitted = Math.min(units, committed[at]?.units ?? 0)
    return [lackingNamed('held', goodUntilMs, units - ofCommitted), lackingNamed('committed', goodUntilMs, ofCommitted)]
  })
}

/** The rows with what of each is not served from what lies here. */
function unserved(rows: readonly Row[], figures: PositionFigures, nowMs: number): readonly Row[] {
  const claims = rows.map(({ goodUntilMs, units }) => claimAt(nowMs, goodUntilMs, units))
  const left = new Map<number, number>()
  for (const { keepUntilMs, units } of serveClaims(onHandUnits(figures, nowMs), claims).served) {
    left.set(keepUntilMs, (left.get(keepUntilMs) ?? 0) + units)
  }
  return rows.map(({ goodUntilMs, units }, at) => {
    const keepUntilMs = claims[at]?.keepUntilMs ?? 0
    const served = Math.min(units, left.get(keepUntilMs) ?? 0)
    left.set(keepUntilMs, (left.get(keepUntilMs) ?? 0) - served)
    return { goodUntilMs, units: units - served }
  })
}

/** Those due last go without first, and of one date the holds before the commitments. */
function lackingLater({ demands }: Position, figures: PositionFigures, nowMs: number): readonly Lacking[] {
  if (demands.length === 0) return []
  const supply = [...onHandUnits(figures, nowMs), ...comingUnits(figures, nowMs)]
  const due = claimsDue(figures, nowMs)
  const neverServed = (claims: readonly Claim[]) => sumUnits(claims) - sumUnits(serveClaims(supply, claims).served)
  let left = neverServed([...due, ...claimsLater(figures, nowMs)]) - neverServed(due)
  return demands.toReversed().flatMap(({ dueAtMs, goodUntilMs, held, committed }) =>
    (['held', 'committed'] as const).map((status): Lacking => {
      const units = Math.min(Math.max(0, left), status === 'held' ? held : committed)
      left -= units
      return { status, dueAtMs, goodUntilMs, units }
    }),
  )
}
