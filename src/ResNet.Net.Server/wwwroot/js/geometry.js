// Computes the resize and the crop of a profile, as ResizeRule and CropRule of the library do.

/** Rounds to the nearest integer, halves to even. */
export function roundHalfToEven(value) {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

function scaledSize({ keepsAspectRatio, width, height, rounding }, sourceWidth, sourceHeight) {
  if (!keepsAspectRatio) {
    return [width, height];
  }

  // The operations are in the order of the reproduced scripts, which decides borderline cases.
  const longSide = (short, long) => rounding === "HalfToEven"
    ? roundHalfToEven(width / short * long)
    : Math.floor(width * long / short);
  return sourceWidth <= sourceHeight
    ? [width, longSide(sourceWidth, sourceHeight)]
    : [longSide(sourceHeight, sourceWidth), height];
}

function cropOffset(size, crop, rounding) {
  switch (rounding) {
    case "Floor": return Math.trunc((size - crop) / 2);
    case "FloorOfHalves": return Math.floor(size / 2) - Math.floor(crop / 2);
    default: return roundHalfToEven((size - crop) / 2);
  }
}

/** Returns the size to which an image is resampled, and the crop of the resampled image that the model sees, in pixels. */
export function planOf(profile, sourceWidth, sourceHeight) {
  const [scaledWidth, scaledHeight] = scaledSize(profile.resize, sourceWidth, sourceHeight);
  const { width, height, rounding } = profile.crop;
  return {
    sourceWidth,
    sourceHeight,
    scaledWidth,
    scaledHeight,
    left: cropOffset(scaledWidth, width, rounding),
    top: cropOffset(scaledHeight, height, rounding),
    width,
    height,
  };
}

/** Returns the part of an image that the model sees, in fractions of the image from 0 to 1. */
export function regionOf(profile, sourceWidth, sourceHeight) {
  const plan = planOf(profile, sourceWidth, sourceHeight);
  return {
    left: plan.left / plan.scaledWidth,
    top: plan.top / plan.scaledHeight,
    width: plan.width / plan.scaledWidth,
    height: plan.height / plan.scaledHeight,
  };
}
