// The page, in the order in which it is read.

openPage(() => {
  inputSection();
  figureSection();
  curveSection();
  eventSection();
  reproduceSection();
});
