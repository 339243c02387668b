// The page, in the order in which it is read.

openPage(async () => {
  payload.curves.heads = payload.curves.columns;
  payload.curves.columns = await unpack(payload.curves);
  await loadTimeline();
  timelineSection();
  loadSection();
  fateSection();
  jobSection();
  fairnessSection();
  noteSection();
  reproduceSection();
});
