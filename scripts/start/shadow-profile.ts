/** A sourcing profile beside the one that decides: the console shows afterwards what it would have done otherwise. */
import type { ApiClient } from '../client/api-client.ts'

export const shadowProfileId = 'keep-in-stock'

export async function shadowProfile(api: ApiClient): Promise<void> {
  const profile = {
    id: shadowProfileId,
    name: 'Keep every place in stock',
    strategies: [{ id: 'spread', weights: { split: 1, stockout: 2 } }],
  }
  const drafted = await api.post<{ readonly revision: number }>('/v1/sourcing/profiles', {
    profile,
    comment: 'Empty no location for one order',
  })
  const shadow = { expectedRevision: drafted.body.revision, samplePercent: 100, comment: 'Beside the whole stream' }
  const started = await api.post(`/v1/sourcing/profiles/${shadowProfileId}/shadow`, shadow)
  if (started.status >= 300) throw new Error(`no profile in shadow: ${JSON.stringify(started.body)}`)
}
