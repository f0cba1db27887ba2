/** How each partner connection does, worst first. */
import type { PartnerActivity } from '../../../db/queries/partner-activity.ts'
import type { Account } from '../../../domain/config/config.ts'
import { Card } from '../design/card.tsx'
import { Chip, type Tone } from '../design/chip.tsx'
import type { IconName } from '../design/icon.tsx'
import { type ItemColumn, ItemTable, type Sorting } from '../design/item-table.tsx'
import { Time } from '../design/time.tsx'
import { words } from '../design/words.ts'

export type PartnerHealth = {
  readonly account: Account
  readonly activity: PartnerActivity | undefined
  /** Null when the limiter did not answer in time: its word is a nicety here. */
  readonly limiter: { readonly parked: number; readonly leased: number; readonly pausedUntilMs: number } | null
}

type Verdict = { readonly tone: Tone; readonly icon: IconName; readonly text: string; readonly rank: number }

/** A call that waits longer than this is no longer a queue but a fault. */
const lateAfterMs = 10 * 60_000

export function verdictOn({ activity, limiter }: PartnerHealth, nowMs: number): Verdict {
  if (activity && activity.rejected > 0) return { tone: 'bad', icon: 'ban', text: 'Rejects calls', rank: 0 }
  if (activity?.oldestOpenAtMs && nowMs - activity.oldestOpenAtMs > lateAfterMs)
    return { tone: 'bad', icon: 'triangle', text: 'Behind', rank: 1 }
  if (activity && activity.unknown > 0) return { tone: 'warn', icon: 'question', text: 'Unclear outcomes', rank: 2 }
  if (limiter && limiter.pausedUntilMs > nowMs)
    return { tone: 'warn', icon: 'pause', text: 'Asked us to wait', rank: 3 }
  if (limiter && limiter.parked > 0) return { tone: 'info', icon: 'clock', text: 'Queueing', rank: 4 }
  if (activity && (activity.lastDeliveryAtMs !== null || activity.waiting > 0 || activity.answers > 0))
    return { tone: 'good', icon: 'check', text: 'Healthy', rank: 5 }
  return { tone: 'neutral', icon: 'dot', text: 'Quiet', rank: 6 }
}

type Ranked = PartnerHealth & { readonly verdict: Verdict }
type Props = { readonly partners: readonly PartnerHealth[]; readonly sorting: Sorting; readonly nowMs: number }

/** Worst first, unless a person sorts them. */
export const Partners = ({ partners, sorting, nowMs }: Props) => {
  const ranked = partners.map((health): Ranked => ({ ...health, verdict: verdictOn(health, nowMs) }))
  ranked.sort((a, b) => a.verdict.rank - b.verdict.rank || a.account.id.localeCompare(b.account.id))
  return (
    <Card id="partners" title="Partners" live>
      <ItemTable look="" items={ranked} columns={columnsOf(nowMs)} sorting={sorting} />
    </Card>
  )
}

const waitingCalls = ({ activity }: PartnerHealth) => (activity?.waiting ?? 0) + (activity?.unknown ?? 0)

const columnsOf = (nowMs: number): readonly ItemColumn<Ranked>[] => [
  {
    name: 'Account',
    sortBy: ({ account }) => account.name || account.id,
    cell: ({ account }) => (
      <>
        <span class="strong">{account.name || account.id}</span>
        <div class="faint">
          {words(account.role)}
          {account.partner !== account.role && `, ${account.partner}`}
        </div>
      </>
    ),
  },
  {
    name: 'Health',
    look: 'lead',
    sortBy: ({ verdict }) => verdict.rank,
    cell: ({ verdict }) => <Chip tone={verdict.tone} icon={verdict.icon} text={verdict.text} />,
  },
  {
    name: 'Waiting',
    look: 'num',
    sortBy: waitingCalls,
    cell: (health) => waitingCalls(health).toLocaleString('en-US'),
  },
  {
    name: 'Under way',
    look: 'num',
    cell: ({ account, limiter }) =>
      account.baseUrl === undefined ? <span class="faint">not called</span> : (limiter?.leased ?? '?'),
  },
  {
    name: 'Last message',
    sortBy: ({ activity }) => activity?.lastDeliveryAtMs ?? null,
    cell: ({ activity }) =>
      activity?.lastDeliveryAtMs ? (
        <Time atMs={activity.lastDeliveryAtMs} nowMs={nowMs} />
      ) : (
        <span class="faint">none</span>
      ),
  },
]
