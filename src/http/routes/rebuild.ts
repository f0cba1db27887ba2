/** D1 built anew from the actors: asked for here, done by the projections consumer step by step. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { nanoid } from 'nanoid'
import { openDb } from '../../db/database.ts'
import { rebuildStatus } from '../../db/queries/rebuild-status.ts'
import type { AppEnv } from '../context.ts'
import { acts, answers, noQuery, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { instantOutSchema, rfc3339 } from '../wire/instant.ts'

export const rebuild = new OpenAPIHono<AppEnv>()

const requestRoute = createRoute({
  method: 'post',
  path: '/v1/operations/rebuild',
  ...acts('POST /v1/operations/rebuild'),
  operationId: 'rebuildProjections',
  tags: ['operations'],
  summary: 'Drop the projected rows and build them again from the actors',
  description: 'Lists are incomplete while it runs; orders, stock and their own routes are not concerned.',
  request: { query: noQuery },
  responses: {
    202: answers(z.object({ rebuildId: z.string() }), 'Begun'),
    ...refusals(...reasonsOf.write),
  },
})

rebuild.openapi(requestRoute, async (c) => {
  const rebuildId = nanoid()
  const requestedAtMs = c.var.receivedAtMs
  await c.env.PROJECTIONS.send({ type: 'rebuild', rebuildId, requestedAtMs, step: { phase: 'drop' } })
  c.header('location', `/v1/operations/rebuilds/${rebuildId}`)
  return c.json({ rebuildId }, 202)
})

const statusRoute = createRoute({
  method: 'get',
  path: '/v1/operations/rebuilds/{id}',
  ...reads('GET /v1/operations/rebuilds/{id}'),
  operationId: 'getRebuild',
  tags: ['operations'],
  summary: 'How far a rebuild has come',
  request: {
    query: noQuery,
    params: z.object({
      id: z
        .string()
        .max(40)
        .openapi({ param: { name: 'id', in: 'path' } }),
    }),
  },
  responses: {
    200: answers(
      z.object({ rebuildId: z.string(), requestedAt: instantOutSchema, actors: z.int(), finished: z.boolean() }),
      'Its progress',
    ),
    ...refusals(...reasonsOf.read, 'rebuild_not_found'),
  },
})

rebuild.openapi(statusRoute, async (c) => {
  const { id } = c.req.valid('param')
  const row = await rebuildStatus(openDb(c.env.DB), id)
  if (row === null) return refuse(c, { reason: 'rebuild_not_found', rebuildId: id })
  const { rebuildId, requestedAtMs, actorsProjected: actors, nextStep } = row
  return c.json({ rebuildId, requestedAt: rfc3339(requestedAtMs), actors, finished: nextStep === null }, 200)
})
