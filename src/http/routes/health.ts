/** Liveness, and whether the deployment is finished: a worker without configuration can do nothing for anybody. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { activeConfig } from '../../config/active-config.ts'
import type { AppEnv } from '../context.ts'
import { answers } from '../describe-route.ts'

export const health = new OpenAPIHono<AppEnv>()

const healthSchema = z
  .object({ status: z.enum(['ok', 'unconfigured']), configVersion: z.string().nullable() })
  .openapi('Health')

const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'getHealth',
  tags: ['operations'],
  summary: 'Liveness',
  responses: {
    200: answers(healthSchema, 'Alive and configured'),
    503: answers(healthSchema, 'Alive, but no configuration was ever activated'),
  },
})

health.openapi(healthRoute, async (c) => {
  try {
    const { version } = await activeConfig(c.env, c.var.receivedAtMs)
    return c.json({ status: 'ok' as const, configVersion: version }, 200)
  } catch {
    return c.json({ status: 'unconfigured' as const, configVersion: null }, 503)
  }
})
