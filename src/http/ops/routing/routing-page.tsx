/** Why an order's units go where they go: every decision, the plans that were compared, and what stood in the way. */
import type { Config } from '../../../domain/config/config.ts'
import type { OrderState } from '../../../domain/order/order-state.ts'
import type { CandidatePlan, StrategyAttempt } from '../../../domain/sourcing/decision.ts'
import type { KeptDecision } from '../../../domain/sourcing/kept-decision.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chip } from '../design/chip.tsx'
import { Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import { locationName, orderPath } from '../order/order-view.ts'
import type { SortingOf } from '../sorting.ts'
import { lineNames, type NameLine, type NamePlace } from './line-names.ts'
import { PlanTable } from './plan-table.tsx'

export type Rerun = 'same' | 'different' | 'not_kept'
export type RoutingDecision = {
  readonly seq: number
  readonly atMs: number
  readonly decision: KeptDecision
  /** Its units were held elsewhere. */
  readonly isMove: boolean
  readonly rerun: Rerun
}
export type RoutingView = {
  readonly state: OrderState
  /** Newest first. */
  readonly decisions: readonly RoutingDecision[]
  readonly config: Config
  readonly sorting: SortingOf
  readonly nowMs: number
}

export const RoutingPage = ({ view }: { view: RoutingView }) => {
  const { order, orderId } = view.state
  return (
    <>
      <div class="page-head">
        <h1>Routing of {order.externalNumber ?? order.externalOrderId}</h1>
        <span class="sub">
          <a href={orderPath(orderId)}>The order</a>
        </span>
      </div>
      {view.decisions.length === 0 ? (
        <Card id="decisions" title="Decisions" live>
          <Empty title="Nothing was decided yet">
            Lines are assigned to locations once they are mapped and no hold is left.
          </Empty>
        </Card>
      ) : (
        view.decisions.map((decision, at) => <Decision decision={decision} newest={at === 0} view={view} />)
      )}
    </>
  )
}

type DecisionProps = { readonly decision: RoutingDecision; readonly newest: boolean; readonly view: RoutingView }

const Decision = ({ decision: { seq, decision, isMove, rerun, atMs }, newest, view }: DecisionProps) => {
  const { profile, configVersion, strategy, plan, attempts } = decision
  return (
    <Card
      id={`decision-${seq}`}
      title={newest ? 'Newest decision' : 'Earlier decision'}
      note={<Time atMs={atMs} nowMs={view.nowMs} />}
      right={<RerunChip rerun={rerun} />}
    >
      <p class="pad">
        {plan === null ? (
          <>
            <strong>No plan</strong> by any strategy
          </>
        ) : (
          <>
            <PlacesOf plan={plan} config={view.config} />
            {isMove && ', a better plan than the one that was held,'} by strategy <span class="mono">{strategy}</span>
          </>
        )}{' '}
        of profile <span class="mono">{profile.id}</span>
        {profile.version !== null && ` version ${profile.version}`}, configuration{' '}
        <span class="mono">{configVersion}</span>.
      </p>
      {attempts.map((attempt) => (
        <Attempt attempt={attempt} chosen={attempt.strategy === strategy} seq={seq} view={view} />
      ))}
    </Card>
  )
}

/** Where a decision is told first, ids stand beside the names: logs and partners know locations by them. */
const PlacesOf = ({ plan, config }: { plan: CandidatePlan; config: Config }) => (
  <>
    {[...new Set(plan.allocations.map(({ location }) => location))].map((location, at) => (
      <>
        {at > 0 && ' + '}
        <strong>{locationName(config, location)}</strong>
        {locationName(config, location) !== location && <span class="faint mono"> {location}</span>}
      </>
    ))}
  </>
)

const rerunLooks = {
  same: ['good', 'check', 'Decides the same again'],
  different: ['bad', 'triangle', 'Decides differently now'],
  not_kept: ['neutral', 'dot', 'Too large to decide again'],
} as const

const RerunChip = ({ rerun }: { rerun: Rerun }) => {
  const [tone, icon, text] = rerunLooks[rerun]
  return <Chip tone={tone} icon={icon} text={text} />
}

type AttemptProps = {
  readonly attempt: StrategyAttempt
  readonly chosen: boolean
  readonly seq: number
  readonly view: RoutingView
}

const Attempt = ({ attempt, chosen, seq, view }: AttemptProps) => {
  const { tied = 0 } = attempt
  const nameLine = lineNames(view.state)
  const namePlace = (id: string) => locationName(view.config, id)
  return (
    <div class="attempt">
      <h3>
        Strategy <span class="mono">{attempt.strategy}</span>{' '}
        {chosen ? (
          <Chip tone="good" icon="check" text="Decided" />
        ) : (
          <Chip tone="neutral" icon="x" text="Passed over" />
        )}
      </h3>
      {attempt.unmet !== null ? (
        <p class="soft">Not tried: the order does not meet its condition on {words(attempt.unmet).toLowerCase()}.</p>
      ) : (
        <>
          <p class="soft">
            {count(attempt.feasible, 'feasible plan')} of {attempt.explored.toLocaleString('en-US')} looked at
            {attempt.boundReached && '; there were more than may be looked at'}.
            {chosen && tied > 0 && ` ${count(tied, 'other plan')} ${tied === 1 ? 'scores' : 'score'} the same.`}
          </p>
          {attempt.plans.length > 0 && (
            <PlanTable
              plans={attempt.plans}
              chosen={chosen}
              currency={view.state.order.currency}
              nameLine={nameLine}
              namePlace={namePlace}
              sorting={view.sorting('plans', `decision-${seq}`)}
              id={`plans-${seq}-${attempt.strategy}`}
            />
          )}
          <Refusals
            attempt={attempt}
            nameLine={nameLine}
            namePlace={namePlace}
            id={`refusals-${seq}-${attempt.strategy}`}
          />
        </>
      )}
    </div>
  )
}

type RefusalsProps = {
  readonly attempt: StrategyAttempt
  readonly nameLine: NameLine
  readonly namePlace: NamePlace
  readonly id: string
}

const Refusals = ({ attempt: { refusals, refusedPlans }, nameLine, namePlace, id }: RefusalsProps) => {
  const byConstraint = [...Map.groupBy(refusals, ({ constraint }) => constraint)]
  const plans = Object.entries(refusedPlans)
  if (byConstraint.length + plans.length === 0) return null
  return (
    <details class="pad" id={id} open={byConstraint.length <= 3}>
      <summary>Why not the others</summary>
      <ul>
        {byConstraint.map(([constraint, refused]) => (
          <li>
            <strong>{words(constraint)}</strong>:{' '}
            {refused.map(({ location, lineId }, at) => (
              <>
                {at > 0 && ', '}
                <span title={location}>{namePlace(location)}</span>
                {lineId !== null && ` for ${nameLine(lineId)}`}
              </>
            ))}
          </li>
        ))}
        {plans.map(([constraint, n]) => (
          <li>
            <strong>{words(constraint)}</strong>: {count(n ?? 0, 'plan')}
          </li>
        ))}
      </ul>
    </details>
  )
}
