/** `GET /ops/channels` and `GET /ops/channels/:account`: read from the feeds themselves; and sending again. */
import { actor, type FeedApi } from '../../../actor-apis.ts'
import { publishesStock } from '../../../domain/config/channel-network.ts'
import type { Account } from '../../../domain/config/config.ts'
import type { FeedFilter, FeedPage } from '../../../domain/feed/feed-contract.ts'
import { type FeedListing, feedStates } from '../../../domain/feed/feed-listing.ts'
import { readForm } from '../form-token.ts'
import { readListQuery } from '../list-query.ts'
import type { OpsContext } from '../ops-context.ts'
import { foreignForm, notFound } from '../refusals.tsx'
import { renderPage } from '../render-page.tsx'
import { readSorting } from '../sorting.ts'
import { ChannelPage } from './channel-page.tsx'
import { ChannelsPage, channelPath } from './channels-page.tsx'

const listingsShown = 50
/** Listings sent again by one form, at most: a feed larger than this is sent again by the API, page by page. */
const resendPagesMax = 20
const resendPageRows = 500
const cursorCharactersMax = 400

const feedOf = (c: OpsContext, account: Account) => actor<FeedApi>(c.env.FEED, account.id)
const channelsOf = (c: OpsContext) => c.var.config.accounts.filter(({ role }) => role === 'channel')

export async function channelsRoute(c: OpsContext): Promise<Response> {
  const channels = await Promise.all(
    channelsOf(c).map(async (account) => ({
      account,
      status: publishesStock(account) ? await feedOf(c, account).status() : null,
    })),
  )
  const body = <ChannelsPage channels={channels} sorting={readSorting(c.req.url, ['list'])('list')} />
  return renderPage(c, { title: 'Channels', room: 'channels', body })
}

export async function channelRoute(c: OpsContext): Promise<Response> {
  const account = channelsOf(c).find(({ id }) => id === c.req.param('account'))
  if (account === undefined) return notFound(c, 'channels', 'There is no such channel')
  const query = readListQuery(c.req.url, ['sku', 'state'])
  const cursor = (c.req.query('cursor') ?? '').slice(0, cursorCharactersMax)
  const filter = filterOf(query.state)
  const feed = feedOf(c, account)
  const found =
    query.sku === undefined ? feed.listings(filter, cursor, listingsShown) : listingsLike(feed, query.sku, filter)
  const [status, page] = await Promise.all([feed.status(), found])
  const view = {
    ...{
      account,
      config: c.var.config,
      status,
      page,
      filter,
      query,
      sorting: readSorting(c.req.url, ['lanes'], ['sku', 'state', 'cursor']),
      firstPage: cursor === '',
      notice: c.req.query('notice'),
    },
    formToken: c.var.formToken,
    nowMs: Date.now(),
  }
  const title = account.name || account.id
  return renderPage(c, { title, room: 'channels', body: <ChannelPage view={view} /> })
}

/** Of one SKU there are as many as it is listed times places: no page is left over. */
async function listingsLike(feed: FeedApi, sku: string, filter: FeedFilter | null): Promise<FeedPage> {
  const { listings } = await feed.listingsOf([sku])
  const isLike = ({ state, drift }: FeedListing) => (filter === 'drifted' ? drift !== null : state === filter)
  return { listings: filter === null ? listings : listings.filter(isLike), nextCursor: null }
}

export async function resendRoute(c: OpsContext): Promise<Response> {
  const form = await readForm(c)
  if (form === null) return foreignForm(c)
  const account = channelsOf(c).find(({ id }) => id === c.req.param('account'))
  if (account === undefined) return notFound(c, 'channels', 'There is no such channel')
  let cursor: string | null = ''
  for (let page = 0; page < resendPagesMax && cursor !== null; page += 1) {
    cursor = (await feedOf(c, account).resend(filterOf(form.state), cursor, resendPageRows)).nextCursor
  }
  return c.redirect(`${channelPath(account.id)}?notice=resend_requested`, 303)
}

function filterOf(state: string | undefined): FeedFilter | null {
  const known: readonly FeedFilter[] = [...feedStates, 'drifted']
  return known.find((filter) => filter === state) ?? null
}
