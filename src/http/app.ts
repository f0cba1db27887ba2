/** The Hono application: middleware and routes, nothing else. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from './context.ts'
import { correlation } from './correlation.ts'
import { openApiDocument } from './openapi.ts'
import { ops } from './ops/ops.ts'
import { notFound, onError, refuseInvalid } from './refuse-unexpected.ts'
import { requestLog } from './request-log.ts'
import { atp } from './routes/atp.ts'
import { audit } from './routes/audit.ts'
import { backorders } from './routes/backorders.ts'
import { catalog } from './routes/catalog.ts'
import { channelFeed } from './routes/channel-feed.ts'
import { deliveries } from './routes/deliveries.ts'
import { docs } from './routes/docs.tsx'
import { exceptions } from './routes/exceptions.ts'
import { health } from './routes/health.ts'
import { lineage } from './routes/lineage.ts'
import { orderList } from './routes/list-orders.ts'
import { transferList } from './routes/list-transfers.ts'
import { locations } from './routes/locations.ts'
import { metrics } from './routes/metrics.ts'
import { orderCommands } from './routes/order-commands.ts'
import { orderHistory } from './routes/order-history.ts'
import { orderRouting } from './routes/order-routing.ts'
import { orders } from './routes/orders.ts'
import { positions } from './routes/positions.ts'
import { promises } from './routes/promises.ts'
import { rebuild } from './routes/rebuild.ts'
import { replays } from './routes/replays.ts'
import { reservations } from './routes/reservations.ts'
import { shipments } from './routes/shipments.ts'
import { sourcingProfileChanges } from './routes/sourcing-profile-changes.ts'
import { sourcingProfiles } from './routes/sourcing-profiles.ts'
import { stockEvents } from './routes/stock-events.ts'
import { supply } from './routes/supply.ts'
import { transfers } from './routes/transfers.ts'
import { webhooks } from './routes/webhooks.ts'
import { whatIf } from './routes/what-if.ts'
import { securityHeaders } from './security-headers.ts'
import { wellFormedPath } from './well-formed-path.ts'

export const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })

app.use(correlation, requestLog, securityHeaders, wellFormedPath)
app.onError(onError)
app.notFound(notFound(app))

const routes = [
  ...[webhooks, orders, orderList, orderCommands, orderHistory, orderRouting, whatIf],
  ...[sourcingProfiles, sourcingProfileChanges],
  ...[
    reservations,
    transfers,
    transferList,
    atp,
    promises,
    backorders,
    positions,
    stockEvents,
    supply,
    shipments,
    catalog,
  ],
  ...[locations, channelFeed],
  ...[lineage, exceptions, deliveries, replays, audit, rebuild, health, metrics],
]
for (const route of routes) app.route('/', route)
app.route('/', docs)
app.get('/openapi.json', (c) => c.json(openApiDocument(app)))
app.route('/ops', ops)
