/** `GET /ops`: counts from D1, and each limiter's own word where it answers quickly. */
import { actor, type LimiterApi } from '../../../actor-apis.ts'
import { openDb } from '../../../db/database.ts'
import { countsForOverview } from '../../../db/queries/counts-for-overview.ts'
import { exceptionClusters } from '../../../db/queries/exception-clusters.ts'
import { ordersOverTime } from '../../../db/queries/orders-over-time.ts'
import { partnerActivity } from '../../../db/queries/partner-activity.ts'
import { waitingOrders } from '../../../db/queries/waiting-orders.ts'
import type { Account } from '../../../domain/config/config.ts'
import type { Env } from '../../../env.ts'
import type { OpsContext } from '../ops-context.ts'
import { renderPage } from '../render-page.tsx'
import { readSorting } from '../sorting.ts'
import { windowOf, windows } from '../time-window.ts'
import { OverviewPage } from './overview-page.tsx'
import type { PartnerHealth } from './partners.tsx'

/** The page refreshes every few seconds: it asks a bounded number of actors, and waits for none of them long. */
const accountsShownMax = 40
const limiterTimeoutMs = 1_000
const pulseSlots = 72

export async function overviewRoute(c: OpsContext): Promise<Response> {
  const nowMs = Date.now()
  const window = windowOf(c.req.query('window')) ?? '24h'
  const db = openDb(c.env.DB)
  const accounts = c.var.config.accounts.slice(0, accountsShownMax)
  const sinceMs = nowMs - windows[window]
  const [counts, waiting, clusters, pulse, activity, limiters] = await Promise.all([
    countsForOverview(db, { sinceMs }),
    waitingOrders(db),
    exceptionClusters(db, {}),
    ordersOverTime(db, { sinceMs, slotMs: windows[window] / pulseSlots, slots: pulseSlots }),
    partnerActivity(
      db,
      accounts.map((account) => account.id),
    ),
    Promise.all(accounts.map((account) => limiterOf(c.env, account))),
  ])
  const partners: PartnerHealth[] = accounts.map((account, index) => ({
    account,
    activity: activity.find((row) => row.account === account.id),
    limiter: limiters[index] ?? null,
  }))
  const sorting = readSorting(c.req.url, ['partners'], ['window'])
  const view = { counts, waiting, clusters, partners, pulse, window, sorting, nowMs }
  return renderPage(c, { title: 'Overview', room: 'overview', body: <OverviewPage view={view} /> })
}

/** Only accounts that are called have a limiter; a slow or restarting one costs a question mark, not the page. */
async function limiterOf(env: Env, account: Account): Promise<PartnerHealth['limiter']> {
  if (account.baseUrl === undefined) return null
  const timeout = new Promise<null>((resolve) => setTimeout(() => resolve(null), limiterTimeoutMs))
  const status = actor<LimiterApi>(env.LIMITER, account.id)
    .status()
    .catch(() => null)
  return await Promise.race([status, timeout])
}
