// The page, in the order in which it is read.

openPage(async () => {
  await unpackSites();
  timelineSection();
  keyFigureSection();
  if (payload.ranges) rangeSection();
  powerSection();
  computeSection();
  moneySection();
  environmentSection();
  checkSection();
  assumptionSection();
  reproduceSection();
});
