export const floorActivities = {
  async empty(): Promise<void> {},
};
export type FloorActivities = typeof floorActivities;
