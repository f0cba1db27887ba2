/** The operations console: a Hono application mounted at `/ops`. Every room stands behind an operator. */
import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { activeConfig } from '../../config/active-config.ts'
import { describeError } from '../../domain/shared/describe-error.ts'
import { log } from '../log.ts'
import { requireOperator } from '../operator.ts'
import { channelRoute, channelsRoute, resendRoute } from './channels/channels-route.tsx'
import { deliveriesRoute } from './deliveries/deliveries-route.tsx'
import { deliveryBodyRoute, deliveryRoute, replayRoute } from './deliveries/delivery-route.tsx'
import { exceptionsRoute } from './exceptions/exceptions-route.tsx'
import { formToken } from './form-token.ts'
import type { OpsEnv } from './ops-context.ts'
import { cancelRoute, holdRoute, releaseHoldRoute, retryRoute } from './order/order-action-routes.ts'
import { orderRoute } from './order/order-route.tsx'
import { ordersRoute } from './orders/orders-route.tsx'
import { overviewRoute } from './overview/overview-route.tsx'
import { pageSecurity } from './page-security.ts'
import { broken, notConfigured, notFound } from './refusals.tsx'
import { routingRoute } from './routing/routing-route.tsx'
import { signInPostRoute, signInRoute, signOutRoute, themeRoute } from './session/session-routes.tsx'
import { profileRoute, profileStepRoute, profilesRoute } from './sourcing/sourcing-routes.tsx'
import { skuRoute } from './stock/sku-route.tsx'
import { stockRoute } from './stock/stock-route.tsx'
import { theme } from './theme.ts'
import { transferRoute } from './transfers/transfer-route.tsx'
import { transfersRoute } from './transfers/transfers-route.tsx'

export const ops = new Hono<OpsEnv>()

// Static files know no operator: the sign-in page needs them, and they hold nothing but looks.
ops.get('/:file{[a-z-]+\\.(?:css|js|svg)}', async (c) => {
  const file = await c.env.ASSETS.fetch(c.req.raw)
  // A copy, because the headers of a fetched answer cannot be added to.
  return new Response(file.body, file)
})

ops.use(pageSecurity, theme, formToken)
ops.get('/sign-in', signInRoute)
ops.post('/sign-in', signInPostRoute)

ops.use(
  requireOperator({
    signInPath: ({ pathname, search }) => `/ops/sign-in?back=${encodeURIComponent(pathname + search)}`,
  }),
  createMiddleware<OpsEnv>(async function config(c, next) {
    c.set('config', await activeConfig(c.env, Date.now()))
    await next()
  }),
)
ops.get('/', overviewRoute)
ops.get('/orders', ordersRoute)
ops.get('/orders/:id', orderRoute)
ops.get('/orders/:id/routing', routingRoute)
ops.post('/orders/:id/retry', retryRoute)
ops.post('/orders/:id/cancel', cancelRoute)
ops.post('/orders/:id/hold', holdRoute)
ops.post('/orders/:id/release-hold', releaseHoldRoute)
ops.get('/stock', stockRoute)
ops.get('/stock/:sku', skuRoute)
ops.get('/transfers', transfersRoute)
ops.get('/transfers/:id', transferRoute)
ops.get('/sourcing', profilesRoute)
ops.get('/sourcing/:id', profileRoute)
ops.post('/sourcing/:id', profileStepRoute)
ops.get('/channels', channelsRoute)
ops.get('/channels/:account', channelRoute)
ops.post('/channels/:account/resend', resendRoute)
ops.get('/deliveries', deliveriesRoute)
ops.get('/deliveries/:id', deliveryRoute)
ops.get('/deliveries/:id/body', deliveryBodyRoute)
ops.post('/deliveries/:id/replay', replayRoute)
ops.get('/exceptions', exceptionsRoute)
ops.post('/theme', themeRoute)
ops.post('/sign-out', signOutRoute)

ops.get('*', (c, next) => {
  const trimmed = c.req.path.replace(/\/+$/, '')
  return trimmed === c.req.path ? next() : Promise.resolve(c.redirect(trimmed, 303))
})
ops.all('*', (c) => notFound(c, 'overview', 'There is no such page'))
ops.onError((error, c) => {
  const { correlationId, traceparent } = c.var
  log({ level: 'error', event: 'console_failed', correlationId, traceparent, ...describeError(error) })
  const unfinished = error.message.startsWith('no active configuration')
  return unfinished ? notConfigured(c) : broken(c, correlationId)
})
