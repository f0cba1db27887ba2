/** The Hono application: middleware and routes, nothing else. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from './context.ts'
import { correlation } from './correlation.ts'
import { ops } from './ops/ops.ts'
import { notFound, onError, refuseInvalid } from './refuse-unexpected.ts'
import { requestLog } from './request-log.ts'
import { health } from './routes/health.ts'
import { orders } from './routes/orders.ts'
import { webhooks } from './routes/webhooks.ts'
import { securityHeaders } from './security-headers.ts'
import { wellFormedPath } from './well-formed-path.ts'

export const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })

app.use(correlation, requestLog, securityHeaders, wellFormedPath)
app.onError(onError)
app.notFound(notFound(app))

app.route('/', health)
app.route('/', webhooks)
app.route('/', orders)
app.route('/ops', ops)
