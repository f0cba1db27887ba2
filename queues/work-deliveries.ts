/**
 * From deliveries to what becomes of each: translate, route every event, tell the actors, judge. Nothing is recorded
 * here; run again from any point it comes to the same, since every command has an id made from its delivery.
 */
import type { CanonicalEvent, Connector } from '../src/connectors/ports.ts'
import type { Account, Config } from '../src/domain/config/config.ts'
import type { Delivery } from '../src/domain/inbox/delivery.ts'
import { type CommandResult, type Judgement, judgeDelivery, type Obstacle } from '../src/domain/inbox/judge-delivery.ts'
import { type Actors, applyCommands } from './apply-commands.ts'
import { reportFault } from './report-fault.ts'
import { type ActorCommand, type Route, type RoutingPort, routeEvent } from './route-event.ts'
import { runBounded } from './run-bounded.ts'

export type DeliveryPort = {
  readonly config: Config
  readonly actors: Actors
  readonly routing: RoutingPort
  readonly connectorOf: (partner: string) => Connector | null
  readonly nowMs: () => number
}

/** `routes` is null when the delivery could not be read at all, by our own fault: it is brought again. */
type Work = { readonly delivery: Delivery; readonly routes: readonly Route[] | null }

const fault: CommandResult = { ok: false, fault: true }

export async function workDeliveries(
  deliveries: readonly Delivery[],
  port: DeliveryPort,
): Promise<ReadonlyMap<string, Judgement>> {
  const works = await runBounded(deliveries, (delivery) => prepare(delivery, port))
  const commands = works.flatMap((work) => work.routes ?? []).flatMap(commandIn)
  const results = await applyCommands(commands, port.actors)
  return new Map(works.map((work) => [work.delivery.deliveryId, judge(work, results, port.nowMs())]))
}

/** A delivery that breaks the code that reads it must not take its batch mates along. */
async function prepare(delivery: Delivery, port: DeliveryPort): Promise<Work> {
  try {
    return { delivery, routes: await routesOf(delivery, port) }
  } catch (error) {
    reportFault('delivery_not_understood', { deliveryId: delivery.deliveryId, topic: delivery.topic }, error)
    return { delivery, routes: null }
  }
}

async function routesOf(delivery: Delivery, port: DeliveryPort): Promise<readonly Route[]> {
  const account = port.config.accounts.find((candidate) => candidate.id === delivery.account)
  const inbound = account ? port.connectorOf(account.partner)?.inbound : null
  // A configuration may lag behind its first delivery by the minute that it takes to spread.
  if (!account || !inbound) return [stopped('early', 'account_not_configured', `account=${delivery.account}`)]
  const translation = inbound.translate(delivery, account)
  if (!translation.ok) {
    const { reason, field, detail } = translation.error
    return [stopped('wrong', reason, field === null ? detail : `${field}: ${detail}`)]
  }
  const { events, drift } = translation.value
  if (drift.length > 0) reportFault('payload_drift', { account: account.id, topic: delivery.topic, paths: drift })
  return route(events, delivery, account, port)
}

function route(
  events: readonly CanonicalEvent[],
  delivery: Delivery,
  account: Account,
  port: DeliveryPort,
): Promise<Route[]> {
  const context = { account, delivery, port: port.routing }
  return Promise.all(events.map((event, index) => routeEvent(event, index, context)))
}

function stopped(obstacle: Obstacle['obstacle'], reason: string, message: string): Route {
  return { type: 'stop', obstacle: { ok: false, obstacle, reason, message }, subjects: [] }
}

function judge(work: Work, results: ReadonlyMap<ActorCommand, CommandResult>, nowMs: number): Judgement {
  if (work.routes === null) return { type: 'redeliver' }
  const own = work.routes.flatMap((each): (CommandResult | Obstacle)[] => {
    if (each.type === 'record') return []
    return [each.type === 'stop' ? each.obstacle : (results.get(each.command) ?? fault)]
  })
  return judgeDelivery(own, subjectsOf(work.routes), work.delivery.round, nowMs)
}

const commandIn = (each: Route): ActorCommand[] => (each.type === 'command' ? [each.command] : [])

function subjectsOf(routes: readonly Route[]): string[] {
  return [...new Set(routes.flatMap((each) => (each.type === 'command' ? [each.command.name] : each.subjects)))]
}
