/**
 * The saga's loop over its ports: ask what is wanted next, perform it, tell the order what came of it, until nothing is
 * wanted or the turn's budget is spent. The actor and the simulator run this same function; everything that can fail or
 * take time is behind a port, and a crash anywhere in between only means that it is run again.
 */
import type { LocationCommand, LocationVerdict } from '../location/location-command.ts'
import { describeError } from '../shared/describe-error.ts'
import type { LocationId, Sku } from '../shared/ids.ts'
import { inTurns } from '../shared/in-turns.ts'
import { unreachable } from '../shared/result.ts'
import type { StockCommand, StockVerdict } from '../stock/stock-command.ts'
import type { CanonicalOrder } from './canonical-order.ts'
import type { LocationAnswer, LocationCall } from './capacity-claims.ts'
import type { LineOutlook, OutlookAsk } from './look-ahead.ts'
import { nextSteps } from './next-steps.ts'
import type { OrderState } from './order-state.ts'
import type { ChannelFinding, LineFinding, PlanInputs, SagaCommand, StockAnswer } from './saga-command.ts'
import type { LineQuestion, LocationStepType, PlanAsk, SagaStep, StockCall, StockStepType } from './saga-step.ts'

export type SagaPorts = {
  readonly nowMs: () => number
  /** The order as it stands now; null while it was not observed. */
  readonly state: () => OrderState | null
  /** Decides and commits, in one turn, before it returns. */
  readonly record: (command: SagaCommand) => void
  readonly findChannel: (account: string) => Promise<ChannelFinding>
  readonly findLines: (account: string, lines: readonly LineQuestion[]) => Promise<readonly LineFinding[]>
  /** What each line's units wait for, and until when. */
  readonly outlook: (order: CanonicalOrder, lines: readonly OutlookAsk[]) => Promise<readonly LineOutlook[]>
  readonly planInputs: (ask: PlanAsk) => Promise<PlanInputs>
  /** Makes the cart this order's, for ever; the same again says the same. */
  readonly takeCart: (reservationId: string) => Promise<TakenCart>
  /** Gives back whatever of it is still claimed. */
  readonly settleCart: (reservationId: string) => Promise<void>
  readonly callLocation: (location: LocationId, command: LocationCommand) => Promise<LocationVerdict>
  /** One call to one position, with all commands for it; the same ids again are the same commands. */
  readonly applyStock: (
    sku: Sku,
    location: LocationId,
    commands: readonly StockCommand[],
  ) => Promise<readonly StockVerdict[]>
}

export type TakenCart = Pick<Extract<SagaCommand, { type: 'record_cart' }>, 'isTaken' | 'claims'>

export type Advanced = {
  /** `failed`: something did not answer; come back later, the same is wanted then. */
  readonly outcome: 'idle' | 'more' | 'failed'
  readonly errors: readonly string[]
}

/** An order without trouble needs seven rounds to its release. */
const roundsPerTurn = 12
/** Positions asked at once: a wide order over a wide network takes its turns instead of flooding the runtime. */
const positionsAtOnce = 100

export async function advance(ports: SagaPorts, rounds = roundsPerTurn): Promise<Advanced> {
  for (let round = 0; round < rounds; round++) {
    const state = ports.state()
    const steps = state === null ? [] : nextSteps(state, ports.nowMs())
    if (steps.length === 0) return { outcome: 'idle', errors: [] }
    const errors = (await Promise.all(steps.map((step) => perform(ports, step)))).flat()
    if (errors.length > 0) return { outcome: 'failed', errors }
    // Every answer moves the order on; one that does not would be asked for again at once, for ever.
    if (ports.state()?.version === state?.version) return { outcome: 'failed', errors: ['nothing came of it'] }
  }
  return { outcome: 'more', errors: [] }
}

/**
 * Whatever was answered is recorded, also when something else was not. A step that throws has happened or not: ask
 * again.
 */
async function perform(ports: SagaPorts, step: SagaStep): Promise<readonly string[]> {
  try {
    switch (step.type) {
      case 'review':
        return await performReview(ports, step)
      case 'plan':
        return await performPlan(ports, step)
      case 'review_plan':
        ports.record({ type: 'review_plan', inputs: await inputsOrNull(ports, step) })
        return []
      case 'look_ahead':
        ports.record({ type: 'record_outlook', lines: await ports.outlook(step.order, step.lines) })
        return []
      case 'take_cart':
        return await performTakeCart(ports, step)
      case 'settle_cart':
        await ports.settleCart(step.reservationId)
        ports.record({ type: 'record_cart_settled' })
        return []
      case 'claim_capacity':
      case 'release_capacity':
        return await performCapacity(ports, step)
      case 'hold_stock':
      case 'extend_stock':
      case 'commit_stock':
      case 'release_stock':
      case 'ship_stock':
      case 'await_stock':
      case 'forget_waiter':
        return await performStock(ports, step)
      default:
        return unreachable(step)
    }
  } catch (error) {
    return [`${step.type}: ${describeError(error).error}`]
  }
}

type Step<T extends SagaStep['type']> = Extract<SagaStep, { readonly type: T }>
type StockStep = Extract<SagaStep, { readonly type: StockStepType }>

async function performReview(ports: SagaPorts, step: Step<'review'>): Promise<readonly string[]> {
  const [channel, lines] = await Promise.all([
    ports.findChannel(step.account),
    ports.findLines(step.account, step.lines),
  ])
  ports.record({ type: 'record_review', channel, lines })
  return []
}

async function performPlan(ports: SagaPorts, step: Step<'plan'>): Promise<readonly string[]> {
  const inputs = await ports.planInputs(step.ask)
  const before = ports.state()?.version
  ports.record({ type: 'propose_plan', inputs })
  return ports.state()?.version === before ? silencesIn(inputs) : []
}

/** What is held is good enough: nothing waits for a look that cannot be had. */
async function inputsOrNull(ports: SagaPorts, { ask }: Step<'review_plan'>): Promise<PlanInputs | null> {
  try {
    const inputs = await ports.planInputs(ask)
    return silencesIn(inputs).length === 0 ? inputs : null
  } catch {
    return null
  }
}

function silencesIn({ candidates }: PlanInputs): readonly string[] {
  return candidates.filter(({ isReached }) => isReached === false).map(({ location }) => `${location} does not answer`)
}

async function performTakeCart(ports: SagaPorts, step: Step<'take_cart'>): Promise<readonly string[]> {
  const taken = await ports.takeCart(step.reservationId)
  const inputs = taken.claims.length === 0 ? null : await ports.planInputs(step.ask)
  const silences = inputs === null ? [] : silencesIn(inputs)
  if (silences.length > 0) return silences
  ports.record({ type: 'record_cart', ...taken, inputs })
  return []
}

/** Positions are asked in parallel. One that does not answer does not keep the others' answers from being recorded. */
async function performStock(ports: SagaPorts, step: StockStep): Promise<readonly string[]> {
  const settled = await inTurns(step.calls, positionsAtOnce, (call) => callPosition(ports, call))
  const answers = settled.flatMap((result) => result.answers)
  if (answers.length > 0) ports.record({ type: 'record_stock', step: step.type, attempt: step.attempt, answers })
  return settled.flatMap((result) => result.errors)
}

/** A location that does not answer is asked again; what the others said is recorded. */
async function performCapacity(ports: SagaPorts, { type, calls }: Step<LocationStepType>): Promise<readonly string[]> {
  const settled = await inTurns(calls, positionsAtOnce, (call) => callLocation(ports, call))
  const answers = settled.flatMap((result) => result.answers)
  if (answers.length > 0) ports.record({ type: 'record_capacity', step: type, answers })
  return settled.flatMap((result) => result.errors)
}

type Told = { readonly answers: readonly LocationAnswer[]; readonly errors: readonly string[] }

async function callLocation(ports: SagaPorts, { location, attempt, command }: LocationCall): Promise<Told> {
  try {
    const verdict = await ports.callLocation(location, command)
    if (verdict.ok || verdict.error.reason !== 'overloaded') {
      return { answers: [{ location, attempt, verdict }], errors: [] }
    }
    return { answers: [], errors: [`${location} is overloaded`] }
  } catch (error) {
    return { answers: [], errors: [`${location}: ${describeError(error).error}`] }
  }
}

type Called = { readonly answers: readonly StockAnswer[]; readonly errors: readonly string[] }

async function callPosition(ports: SagaPorts, { sku, location, commands }: StockCall): Promise<Called> {
  try {
    const verdicts = await ports.applyStock(sku, location, commands)
    const answers = commands.flatMap((command, index): StockAnswer[] => {
      const verdict = verdicts[index]
      if (verdict === undefined || isOverloaded(verdict)) return []
      const reservationId = 'reservationId' in command ? command.reservationId : null
      return [{ reservationId, effectId: command.commandId, sku, location, verdict }]
    })
    const unanswered = commands.length - answers.length
    return { answers, errors: unanswered === 0 ? [] : [`${sku}@${location} left ${unanswered} commands unanswered`] }
  } catch (error) {
    return { answers: [], errors: [`${sku}@${location}: ${describeError(error).error}`] }
  }
}

/** Not an answer about the stock: the same command is sent again later. */
const isOverloaded = (verdict: StockVerdict) => !verdict.ok && verdict.error.reason === 'overloaded'
