/** `GET /ops/exceptions`: causes, or with a filter the cases themselves. */
import { openDb } from '../../../db/database.ts'
import { exceptionClusters } from '../../../db/queries/exception-clusters.ts'
import { openExceptions } from '../../../db/queries/open-exceptions.ts'
import { readCursor, readListQuery } from '../list-query.ts'
import type { OpsContext } from '../ops-context.ts'
import { renderPage } from '../render-page.tsx'
import { CasesPage, ClustersPage } from './exceptions-page.tsx'

const filters = ['fingerprint', 'category', 'status']

export async function exceptionsRoute(c: OpsContext): Promise<Response> {
  const nowMs = Date.now()
  const query = readListQuery(c.req.url, filters)
  const db = openDb(c.env.DB)
  const { fingerprint, category, status } = query
  if (fingerprint === undefined && status === undefined) {
    const clusters = await exceptionClusters(db, { category })
    const body = <ClustersPage clusters={clusters} nowMs={nowMs} />
    return renderPage(c, { title: 'Exceptions', room: 'exceptions', body })
  }
  const cursor = readCursor(c.req.url)
  const page = await openExceptions(db, { fingerprint, category, status, cursor })
  const view = { page, query, firstPage: cursor === null, nowMs }
  return renderPage(c, { title: 'Exceptions', room: 'exceptions', body: <CasesPage view={view} /> })
}
