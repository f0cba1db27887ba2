/**
 * `npm start`: Crossdock with sandbox partners and a stream of orders, on a fresh state, then up until Ctrl-C.
 * `npm start -- --exit` ends instead; exit code 0 only if every invariant holds, last line the summary as JSON.
 */
import { rm } from 'node:fs/promises'
import { Command } from 'commander'
import { Listr } from 'listr2'
import { operationsKey } from './sandbox/partners.ts'
import { endOnSignal, endWithNpm } from './serve/leash.ts'
import { everyMinute } from './serve/start-crossdock.ts'
import { checkCompany } from './start/check-company.ts'
import { type Following, followOrders } from './start/follow-orders.ts'
import { loadStock, type ReceivedStock } from './start/load-stock.ts'
import { readPublication } from './start/read-publication.ts'
import { type SandboxCompany, startSandboxCompany } from './start/sandbox-company.ts'
import { type SentStream, sendStream } from './start/send-stream.ts'
import { shadowProfile } from './start/shadow-profile.ts'
import { type Order, readDocuments, type Summary, summarise, tableOf } from './start/summarise.ts'
import { type TradeDesk, workTradeDesk } from './start/trade-desk.ts'
import { worthOpening } from './start/worth-opening.ts'

type Options = { readonly exit: boolean; readonly orders: string; readonly port: string }
type Context = {
  company: SandboxCompany
  stock: readonly ReceivedStock[]
  desk: TradeDesk
  sent: SentStream
  followed: Following
  violations: readonly string[]
}

const stateDir = '.crossdock/start'
/** A machine that is busy with other things may take its time. */
const followTimeoutMs = 420_000
const pollEveryMs = 5_000

async function start(options: Options): Promise<void> {
  await rm(stateDir, { recursive: true, force: true })
  const lines: string[] = []
  const tasks = new Listr<Context>(tasksFor(options, lines))
  const context = await tasks.run({} as Context)
  const { company, sent, desk, followed, violations } = context
  const documents = await readDocuments(company.api, followed.orders)
  const publication = await readPublication(company, context.stock)
  const summary = summarise({
    ...{ partners: company.partners, config: company.config, sent, publication, violations },
    orders: documents.filter(({ orderId }) => orderId !== desk.orderId),
    tradeOrder: documents.find(({ orderId }) => orderId === desk.orderId),
  })
  process.stdout.write(`\n${tableOf(summary)}\n\n`)
  for (const violation of summary.violations) process.stdout.write(`  violated: ${violation}\n`)
  if (options.exit) await finish(company, summary, followed)
  else stayUp(company, desk, documents)
}

function tasksFor({ orders, port }: Options, lines: string[]) {
  const count = Number(orders)
  return [
    {
      title: 'Starting Crossdock beside a Shopify store, an ERP, two warehouses and a carrier',
      task: async (context: Context) => {
        const onLog = (line: { readonly message: string }) => void lines.push(line.message)
        context.company = await startSandboxCompany({ stateDir, preferredPort: Number(port), onLog })
      },
    },
    {
      title: 'Loading stock, and a sourcing profile to run in shadow',
      task: async (context: Context) => {
        context.stock = await loadStock(context.company)
        await shadowProfile(context.company.api)
      },
    },
    {
      title: 'Selling a cart over the trade portal, moving goods between the warehouses',
      task: async (context: Context) => {
        context.desk = await workTradeDesk(context.company)
        context.stock = afterMoves(context.stock, context.desk.moved)
      },
    },
    {
      title: 'Sending signed webhooks',
      task: async (context: Context, task: { title: string }) => {
        context.sent = await sendStream(context.company, count, (sent, of) => {
          task.title = `Sending signed webhooks: ${sent} of ${of}`
        })
      },
    },
    {
      title: 'Following the orders',
      task: async (context: Context, task: { title: string; output: string }) => {
        const expected = context.sent.acknowledged.length + 1
        const { api, crossdock } = context.company
        const stopPolling = everyFewSeconds(crossdock.tick, lines)
        context.followed = await followOrders(api, expected, followTimeoutMs, (now) => {
          task.title = `Following the orders: ${now.resting} of ${expected} at rest`
          const stages = stagesOf(now)
          if (task.output !== stages) task.output = stages
        }).finally(stopPolling)
        await crossdock.tick()
      },
    },
    {
      title: 'Checking every invariant',
      task: async (context: Context) => {
        const { company, sent, desk, stock } = context
        const acknowledged = [...sent.acknowledged, desk.orderId]
        context.violations = await checkCompany(company, sent, acknowledged, stock, lines)
      },
    },
  ]
}

/**
 * A partner that lost a message is asked for it once a minute; nobody wants to watch that minute. One tick at a time,
 * however long a busy machine takes for it.
 */
function everyFewSeconds(tick: () => Promise<void>, lines: string[]): () => Promise<void> {
  let ticking: Promise<void> | null = null
  const timer = setInterval(() => {
    ticking ??= tick()
      .catch((error: unknown) => void lines.push(String(error)))
      .finally(() => {
        ticking = null
      })
  }, pollEveryMs)
  return async () => {
    clearInterval(timer)
    await ticking
  }
}

/** What was received at each position, once the transfers are counted in. */
function afterMoves(stock: readonly ReceivedStock[], moved: readonly ReceivedStock[]): readonly ReceivedStock[] {
  return stock.map((entry) => {
    const here = moved.find(({ sku, location }) => sku === entry.sku && location === entry.location)
    return { ...entry, received: entry.received + (here?.received ?? 0) }
  })
}

function stagesOf({ orders }: Following): string {
  const stages = Map.groupBy(orders, (order) => order.status)
  return [...stages].map(([status, group]) => `${status} ${group.length}`).join(' · ')
}

async function finish(company: SandboxCompany, summary: Summary, followed: Following): Promise<void> {
  await company.stop()
  const unfinished = followed.orders.length - followed.resting
  const good = summary.violations.length === 0 && summary.duplicates === 0 && unfinished === 0
  process.stdout.write(`${JSON.stringify({ ...summary, unfinished })}\n`)
  process.exit(good ? 0 : 1)
}

function stayUp(company: SandboxCompany, desk: TradeDesk, orders: readonly Order[]): void {
  const { url } = company.crossdock
  process.stdout.write(`  console        ${url}/ops   (sign in with the dev token)\n`)
  process.stdout.write(`  API reference  ${url}/docs\n`)
  process.stdout.write(`  dev token      ${company.config.devToken ?? ''}\n\n`)
  process.stdout.write(`${worthOpening(url, operationsKey(company.config), desk, orders)}\n`)
  process.stdout.write('\n  Ctrl-C ends it.\n')
  everyMinute(company.crossdock.tick, (line) => void process.stderr.write(`${line.message}\n`))
  const stop = () => void company.stop().then(() => process.exit(0))
  endOnSignal(stop)
  endWithNpm(stop)
}

await new Command('start')
  .option('--exit', 'end when everything has come to rest', false)
  .option('--orders <n>', 'orders to send', '60')
  .option('--port <port>', 'port to prefer', '8787')
  .action(start)
  .parseAsync()
