/** The appId a dataset's live commits go by in the Delta log. */
export function liveLane(place: { environment: string; pipeline: string; dataset: string }): string {
  return `snowmelt/${place.environment}/${place.pipeline}/${place.dataset}/live`;
}
