/** How much a decision may look at and keep, so that no order and no network can make it slow or large. */

/** Ways to place one line that are tried from one partial plan. Four locations never have more than 48. */
export const optionsPerLineMax = 64
/**
 * Partial plans looked at for the first strategy that is tried: a wide order over a wide network takes a fraction of a
 * second. Each strategy after one that found nothing has half as many, so that many of them cost as much as two.
 */
export const statesMax = 60_000
export const statesMin = 1_000
/** Steps that finding the ways of one line may take from one partial plan, whether they lead to one or not. */
export const stepsPerLineMax = 4_000
/** Of a strategy's all, for each partial plan that it may look at. */
export const stepsPerState = 4
/** Partial plans carried from one line to the next, at least: every single location of a network of forty is one. */
export const beamWidthMin = 48
/** Whole plans that are judged and weighed; fewer where each of them is large or few partial ones were looked at. */
export const plansMax = 4_000
export const plansMin = 100
export const statesPerPlan = 15
/** Components of lines in all plans that are weighed, and in all partial ones that are looked at. */
export const partsWeighedMax = 1_500_000
export const partsLookedAtMax = 30_000_000
/** Groups of locations tried as the simple plans that the search starts from. Three of forty are 9,880 groups. */
export const groupsMax = 12_000
export const groupSizeMax = 3
/** Groups that cover the order and become a simple plan. */
export const coveringGroupsMax = 12
/** Components of lines looked at, each at one location, to find which of them covers most beside those taken already. */
export const greedyChecksMax = 1_500_000
/** Plans kept in a decision for a strategy: enough to see why not, little enough to store with every order. */
export const feasibleKeptMax = 6
export const refusedKeptMax = 3
export const refusalsKeptMax = 60
