/** Candidate plans beside each other: where, what each term came to, and the score that decided. */
import type { CandidatePlan, Term, TermValue, TieBreak } from '../../../domain/sourcing/decision.ts'
import { Chip } from '../design/chip.tsx'
import { type ItemColumn, ItemTable, type Sorting } from '../design/item-table.tsx'
import { Money } from '../design/money.tsx'
import { words } from '../design/words.ts'
import { termNames } from '../sourcing/term-names.ts'
import type { NameLine, NamePlace } from './line-names.ts'

const barWidth = 100

type Props = {
  readonly plans: readonly CandidatePlan[]
  readonly chosen: boolean
  readonly currency: string
  readonly nameLine: NameLine
  readonly namePlace: NamePlace
  readonly sorting: Sorting
  /** Of the table, so that what was unfolded in it stays so. */
  readonly id: string
}

/** In the order in which they were ranked, unless a person sorts them. */
export const PlanTable = (props: Props) => {
  const isChosen = (plan: CandidatePlan) => props.chosen && plan === props.plans[0]
  return (
    <ItemTable
      look="list plans"
      items={props.plans}
      columns={columnsOf(props, isChosen)}
      sorting={props.sorting}
      rowLook={(plan) => (isChosen(plan) ? 'chosen' : undefined)}
    />
  )
}

function columnsOf(props: Props, isChosen: (plan: CandidatePlan) => boolean): readonly ItemColumn<CandidatePlan>[] {
  const { plans, currency, namePlace, nameLine, id } = props
  return [
    {
      name: 'Plan',
      cell: (plan) => (
        <>
          <Where plan={plan} namePlace={namePlace} />
          {plans[0] && plan !== plans[0] && (
            <Elsewhere {...{ plan, than: plans[0], nameLine, namePlace }} id={`${id}-${plans.indexOf(plan)}`} />
          )}
        </>
      ),
    },
    { name: 'Score', look: 'num strong', sortBy: ({ score }) => score, cell: ({ score }) => score.toFixed(3) },
    ...termNames.map(
      ([term, name]): ItemColumn<CandidatePlan> => ({
        name,
        sortBy: (plan) => plan.terms[term].raw,
        cell: (plan) => <TermCell term={term} value={plan.terms[term]} currency={currency} />,
      }),
    ),
    { name: 'Verdict', look: 'whole', cell: (plan) => <Verdict plan={plan} isChosen={isChosen(plan)} /> },
  ]
}

const Verdict = ({ plan, isChosen }: { plan: CandidatePlan; isChosen: boolean }) => (
  <>
    {plan.refused !== null ? (
      <Chip tone="bad" icon="ban" text={words(plan.refused)} />
    ) : isChosen ? (
      <Chip tone="good" icon="check" text="Chosen" />
    ) : (
      <span class="faint">feasible</span>
    )}
    {plan.isCurrent && <Chip tone="neutral" icon="dot" text="Held before" />}
    {plan.lostTieBy !== undefined && <div class="soft">{ties[plan.lostTieBy]}</div>}
    {plan.gainPercent !== undefined && <div class="soft">{gained(plan.gainPercent)}</div>}
  </>
)

/** What puts a plan behind the chosen one, which scores the same. */
const ties: Readonly<Record<TieBreak, string>> = {
  held: 'Same score; the other is held already',
  fewest_parcels: 'Same score, more parcels',
  priority: 'Same score, locations that come later by priority',
  fewest_pieces: 'Same score, more lines in pieces',
  stable_order: 'Same score; later by the order of ids alone',
}

const gained = (percent: number) => `${Math.abs(percent).toFixed(1)} % ${percent < 0 ? 'worse' : 'better'}`

const Where = ({ plan, namePlace }: { plan: CandidatePlan; namePlace: NamePlace }) => {
  const byLocation = [...Map.groupBy(plan.allocations, ({ location }) => location)]
  const waiting = plan.unplanned.reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <>
      {byLocation.map(([location, allocations]) => (
        <div>
          <span title={location}>{namePlace(location)}</span>{' '}
          <span class="faint">×{allocations.reduce((sum, { quantity }) => sum + quantity, 0)}</span>
        </div>
      ))}
      {byLocation.length === 0 &&
        plan.shipments.map(({ location }) => <div title={location}>{namePlace(location)}</div>)}
      {waiting > 0 && <div class="warn-text">{waiting} wait</div>}
    </>
  )
}

/** Lines unfolded at once: what is more is a click away. */
const linesShown = 4

type ElsewhereProps = {
  readonly plan: CandidatePlan
  readonly than: CandidatePlan
  readonly nameLine: NameLine
  readonly namePlace: NamePlace
  readonly id: string
}

/** The lines that the first plan of the table has elsewhere: locations and units alone look alike. */
const Elsewhere = ({ plan, than, nameLine, namePlace, id }: ElsewhereProps) => {
  // By ids: two locations may be called the same.
  const [here, there] = [placesByLine(plan, String), placesByLine(than, String)]
  const moved = [...placesByLine(plan, namePlace)].filter(([lineId]) => here.get(lineId) !== there.get(lineId))
  if (moved.length === 0) return null
  return (
    <details id={id} open={moved.length <= linesShown}>
      <summary class="soft">Other than the first</summary>
      {moved.map(([lineId, places]) => (
        <div class="soft">
          {nameLine(lineId)}: {places}
        </div>
      ))}
    </details>
  )
}

/** Empty where a decision was too large for its pieces to be kept. */
function placesByLine({ allocations, unplanned }: CandidatePlan, namePlace: NamePlace): ReadonlyMap<string, string> {
  const places = [...Map.groupBy(allocations, ({ lineId }) => lineId)].map(([lineId, pieces]) => {
    const told = pieces.map(({ location, quantity }) => `${namePlace(location)} ×${quantity}`).join(' + ')
    return [lineId as string, told] as const
  })
  const waiting = unplanned.filter(({ lineId }) => allocations.every((each) => each.lineId !== lineId))
  return new Map([...places, ...waiting.map(({ lineId }) => [lineId as string, 'waits'] as const)])
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
