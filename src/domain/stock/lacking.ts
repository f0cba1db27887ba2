/**
 * Units that claims have and the position has not: what is short of cover, by kind of claim. Who is covered first is
 * what `coverOf` says. Claims for later dates lack cover where neither what lies here nor what is announced will ever
 * serve them.
 */
import type { PositionFigures } from '../atp/position-figures.ts'
import { type Claim, claimAt, roomBeside, serveClaims, sumUnits } from '../atp/serve-claims.ts'
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

/** Committed claims are served before holds are, and of each those that need the longest life choose first. */
function lackingNow(position: Position, figures: PositionFigures, nowMs: number): readonly Lacking[] {
  const supply = onHandUnits(figures, nowMs)
  const rows = [...rowsOf(position, 'committed'), ...rowsOf(position, 'held')]
  const claims = rows.map(({ goodUntilMs, units }) => claimAt(nowMs, goodUntilMs, units))
  if (sumUnits(serveClaims(supply, claims).served) === sumUnits(rows)) return []
  const served: Claim[] = []
  return rows.flatMap((row, at): Lacking[] => {
    const claim = claims[at]
    if (claim === undefined || row.units === 0) return []
    const units = Math.min(row.units, roomBeside(supply, served, claim))
    served.push({ ...claim, units })
    return [{ ...row, units: row.units - units }]
  })
}

function rowsOf({ needs, committedUnits, heldUnits }: Position, status: ClaimKind['status']): readonly Lacking[] {
  const needing = needs.map((need) => lackingNamed(status, need.goodUntilMs, need[status]))
  const all = status === 'held' ? heldUnits : committedUnits
  return [
    ...needing.toSorted((a, b) => (b.goodUntilMs ?? 0) - (a.goodUntilMs ?? 0)),
    lackingNamed(status, null, all - sumUnits(needing)),
  ]
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
