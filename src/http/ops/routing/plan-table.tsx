/** Candidate plans beside each other: where, what each term came to, and the score that decided. */
import type { CandidatePlan, Term, TermValue } from '../../../domain/sourcing/decision.ts'
import { Chip } from '../design/chip.tsx'
import { Money } from '../design/money.tsx'
import { num, Table } from '../design/table.tsx'
import { words } from '../design/words.ts'

const terms: readonly (readonly [Term, string])[] = [
  ['sla', 'On time'],
  ['margin', 'Margin'],
  ['ship', 'Carriage'],
  ['split', 'Splits'],
  ['capacity', 'Load'],
  ['stockout', 'Stock-out'],
  ['priority', 'Priority'],
]
const barWidth = 100

type Props = { readonly plans: readonly CandidatePlan[]; readonly chosen: boolean; readonly currency: string }

export const PlanTable = ({ plans, chosen, currency }: Props) => (
  <Table
    look="list plans"
    columns={['Plan', num('Score'), ...terms.map(([, name]) => name), 'Verdict']}
    rows={plans.map((plan, at) => (
      <tr class={chosen && at === 0 ? 'chosen' : undefined}>
        <th scope="row">
          <Where plan={plan} />
        </th>
        <td class="num strong">{plan.score.toFixed(3)}</td>
        {terms.map(([term]) => (
          <td>
            <TermCell term={term} value={plan.terms[term]} currency={currency} />
          </td>
        ))}
        <td>
          {plan.refused !== null ? (
            <Chip tone="bad" icon="ban" text={words(plan.refused)} />
          ) : chosen && at === 0 ? (
            <Chip tone="good" icon="check" text="Chosen" />
          ) : (
            <span class="faint">feasible</span>
          )}
          {plan.isCurrent && <Chip tone="neutral" icon="dot" text="Held before" />}
          {plan.gainPercent !== undefined && <div class="soft">{gained(plan.gainPercent)}</div>}
        </td>
      </tr>
    ))}
  />
)

const gained = (percent: number) => `${Math.abs(percent).toFixed(1)} % ${percent < 0 ? 'worse' : 'better'}`

const Where = ({ plan }: { plan: CandidatePlan }) => {
  const byLocation = [...Map.groupBy(plan.allocations, ({ location }) => location)]
  const waiting = plan.unplanned.reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <>
      {byLocation.map(([location, allocations]) => (
        <div>
          {location} <span class="faint">×{allocations.reduce((sum, { quantity }) => sum + quantity, 0)}</span>
        </div>
      ))}
      {byLocation.length === 0 && plan.shipments.map(({ location }) => <div>{location}</div>)}
      {waiting > 0 && <div class="warn-text">{waiting} wait</div>}
    </>
  )
}

type CellProps = { readonly term: Term; readonly value: TermValue; readonly currency: string }

/** The raw figure, a bar of the normalised one, and on hover what it adds to the score. */
const TermCell = ({ term, value, currency }: CellProps) => (
  <span title={`normalised ${value.normalised.toFixed(3)}, adds ${value.weighted.toFixed(3)}`}>
    <Raw term={term} raw={value.raw} currency={currency} />
    <svg class="qbar" viewBox={`0 0 ${barWidth} 8`} preserveAspectRatio="none" aria-hidden="true">
      <rect
        class={value.weighted < 0 ? 'q-backordered' : 'q-reserved'}
        width={Math.round(Math.min(1, Math.max(0, value.normalised)) * barWidth)}
        height="8"
      />
    </svg>
    <span class="sr">adds {value.weighted.toFixed(3)} to the score</span>
  </span>
)

const Raw = ({ term, raw, currency }: { term: Term; raw: number | null; currency: string }) => {
  if (raw === null) return <span class="faint">unknown</span>
  if (term === 'ship' || term === 'margin') return <Money amountMinor={Math.round(raw)} currency={currency} />
  if (term === 'sla' || term === 'stockout') return <>{Math.round(raw * 100)} %</>
  return <>{Number.isInteger(raw) ? String(raw) : raw.toFixed(2)}</>
}
