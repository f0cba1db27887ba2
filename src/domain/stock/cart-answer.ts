/** What a caller is told of its cart. */
import { unreachable } from '../shared/result.ts'
import { type Cart, type CartLine, type CartStatus, type ShortLine, statusAt } from './cart.ts'

type CartDocument = {
  readonly reservationId: string
  readonly status: 'held' | 'ordered' | 'committed' | 'released' | 'expired'
  readonly expiresAtMs: number
  readonly lines: readonly CartLine[]
}
type Refused<Error> = { readonly ok: false; readonly error: Error }
type CartAnswer =
  | { readonly ok: true; readonly created: boolean; readonly reservation: CartDocument }
  | Refused<{ readonly reason: 'insufficient_stock'; readonly lines: readonly ShortLine[] }>

export function answerOf(cart: Cart, created: boolean, nowMs: number): CartAnswer {
  const status = documentStatus(statusAt(cart, nowMs))
  if (status === 'refused') return { ok: false, error: { reason: 'insufficient_stock', lines: cart.short } }
  const { reservationId, expiresAtMs, lines } = cart
  return { ok: true, created, reservation: { reservationId, status, expiresAtMs, lines } }
}

/** A commit or an extension under way has promised nothing yet; units on their way back are nobody's claim any more. */
function documentStatus(status: CartStatus): CartDocument['status'] | 'refused' {
  if (status === 'committing' || status === 'extending') return 'held'
  return status === 'releasing' ? 'released' : status
}

export const notFound = (reservationId: string) =>
  ({ ok: false, error: { reason: 'reservation_not_found', reservationId } }) as const

export const conflict = ({ reservationId }: Cart) =>
  ({ ok: false, error: { reason: 'reservation_conflict', reservationId } }) as const

/** Why a cart in this state cannot do what was asked. */
export function refusedAs(status: 'committed' | 'ordered' | 'released' | 'expired', reservationId: string) {
  switch (status) {
    case 'ordered':
      return { ok: false, error: { reason: 'reservation_ordered', reservationId } } as const
    case 'committed':
      return { ok: false, error: { reason: 'reservation_committed', reservationId } } as const
    case 'released':
      return { ok: false, error: { reason: 'reservation_released', reservationId } } as const
    case 'expired':
      return { ok: false, error: { reason: 'reservation_expired', reservationId } } as const
    default:
      return unreachable(status)
  }
}
