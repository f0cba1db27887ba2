/**
 * Locations that do not answer and might have served. A plan that serves everything goes on without them; one that
 * does not says nothing of what there is, since nobody knows what they have hands for.
 */
import type { LocationId } from '../shared/ids.ts'
import type { SourcingDecision } from './decision.ts'
import { locationRefusal } from './refuse-locations.ts'
import type { SourcingRequest } from './request.ts'

export function silentLocations(request: SourcingRequest, { attempts }: SourcingDecision): readonly LocationId[] {
  const silent = request.candidates.filter(({ isReached }) => isReached === false)
  const tried = request.profile.strategies.filter(({ id }) =>
    attempts.some(({ strategy, unmet }) => strategy === id && unmet === null),
  )
  const isMissed = (candidate: (typeof silent)[number]) =>
    tried.some(({ constraints }) => {
      return locationRefusal(candidate, { ...request, constraints })?.constraint === 'location_silent'
    })
  return silent.filter(isMissed).map(({ location }) => location)
}
